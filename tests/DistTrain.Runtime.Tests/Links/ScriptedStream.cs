using System.IO.Pipelines;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Links;

/// <summary>One side reads what the script says, and the script reads what that side wrote.</summary>
internal sealed class ScriptedStream : Stream
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Pipe _said = new(Inline);
    private readonly Pipe _heard = new(Inline);
    private readonly Stream _reading;
    private readonly Stream _writing;
    private readonly Stream _hearing;

    public ScriptedStream()
    {
        _reading = _said.Reader.AsStream();
        _writing = _heard.Writer.AsStream();
        _hearing = _heard.Reader.AsStream();
    }

    /// <summary>What happens in the midst of a write, when the script could have read it.</summary>
    public Func<Task>? Wrote { get; init; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static byte[] Frame(FrameKind kind, ReadOnlySpan<byte> message, ReadOnlySpan<byte> payload)
    {
        byte[] header = new byte[FrameHeader.Bytes];
        FrameHeader.For(kind, message, payload).Write(header);
        return [.. header, .. message, .. payload];
    }

    /// <returns>Ends when the reader has done with it what it does at once.</returns>
    public Task SayAsync(FrameKind kind, byte[] message, byte[] payload) =>
        OnThePool(async () => await _said.Writer.WriteAsync(Frame(kind, message, payload)));

    /// <param name="failure">Null: in good order.</param>
    /// <returns>Ends when the reader has done with it what it does at once.</returns>
    public Task EndAsync(string? failure) =>
        OnThePool(() => _said.Writer.CompleteAsync(failure is null ? null : new IOException(failure)).AsTask());

    /// <summary>The kind of the next frame, of which nothing more is read.</summary>
    public async Task<FrameKind> NextKindAsync()
    {
        byte[] header = new byte[FrameHeader.Bytes];
        await _hearing.ReadExactlyAsync(header).AsTask().WaitAsync(Patience);
        return FrameHeader.Read(header, FrameLimits.Tensor(SharedPlace.Bytes)).Kind;
    }

    public async Task<byte[]> NextPayloadAsync()
    {
        byte[] header = new byte[FrameHeader.Bytes];
        await _hearing.ReadExactlyAsync(header).AsTask().WaitAsync(Patience);
        byte[] payload = new byte[FrameHeader.Read(header, FrameLimits.Tensor(SharedPlace.Bytes)).PayloadBytes];
        await _hearing.ReadExactlyAsync(payload).AsTask().WaitAsync(Patience);
        return payload;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reading.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WriteAsync(buffer, cancellationToken);
        await (Wrote?.Invoke() ?? Task.CompletedTask);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _writing.FlushAsync(cancellationToken);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Whoever waits goes on at once there; under a test's own synchronization context it would be queued.</summary>
    private static Task OnThePool(Func<Task> act) => Task.Run(act);
}
