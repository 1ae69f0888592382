namespace DistTrain.Runtime;

/// <summary>The writing end of a pipe as a stream, for a <see cref="FrameSender"/>. It waits only where the ring is full.</summary>
internal sealed class SharedPipeStream(SharedPipe pipe) : Stream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int taken = pipe.TryWrite(buffer.Span);
        while (taken < buffer.Length)
        {
            // Hundreds of messages wait: the reader is busy or stopped, and a little time makes no difference.
            await Task.Delay(PauseWhileFull, cancellationToken).ConfigureAwait(false);
            taken += pipe.TryWrite(buffer.Span[taken..]);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pipe.CloseWriting();
        }

        base.Dispose(disposing);
    }

    private static readonly TimeSpan PauseWhileFull = TimeSpan.FromMilliseconds(1);
}
