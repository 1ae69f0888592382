namespace DistTrain.Cli;

/// <summary>Standard output of a command whose result goes there: where it cannot be written to, the failure names it.</summary>
internal static class StandardOutput
{
    /// <summary>Has text that is written to the console fail so.</summary>
    public static void Install() => Console.SetOut(new Writer(Console.Out));

    /// <summary>Writes bytes.</summary>
    /// <exception cref="StandardOutputException">They cannot be written.</exception>
    public static void Write(Action<Stream> write)
    {
        using var stream = new BufferedStream(new Bytes(Console.OpenStandardOutput()), BufferBytes);
        write(stream);
    }

    public static string ReasonOf(Exception error) => error switch
    {
        StandardOutputException lost => lost.Reason,
        UnauthorizedAccessException => "it is closed, or not open for writing",
        _ => error.Message.TrimEnd('.'),
    };

    private const int BufferBytes = 1 << 16;

    private sealed class Writer(TextWriter inner) : GuardedWriter(inner)
    {
        protected override void OnFailure(Exception error) => throw new StandardOutputException(ReasonOf(error), error);
    }

    private sealed class Bytes(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new StandardOutputException(ReasonOf(error), error);
            }
        }
    }
}

/// <summary>Standard output cannot be written to.</summary>
internal sealed class StandardOutputException(string reason, Exception cause)
    : IOException($"standard output cannot be written to ({reason}); send it to a file or another disk", cause)
{
    public string Reason => reason;
}
