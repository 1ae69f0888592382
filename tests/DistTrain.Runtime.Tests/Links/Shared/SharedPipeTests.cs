using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Links.Shared;

/// <summary>Pipes between processes; here both ends are in one.</summary>
public sealed class SharedPipeTests
{
    [SkippableFact]
    public void SharedPipe_MoreBytesThanItHolds_ComeInOrderAcrossTheRingsEnd()
    {
        using SharedRegion region = Create();
        var writer = new SharedPipe(region, 1);
        var reader = new SharedPipe(region, 1);
        byte[] piece = new byte[10_007];
        byte[] read = new byte[piece.Length];
        byte next = 0;
        byte expected = 0;
        for (int round = 0; round < 40; round++)
        {
            for (int i = 0; i < piece.Length; i++)
            {
                piece[i] = next++;
            }

            Assert.Equal(piece.Length, writer.TryWrite(piece));
            Assert.Equal(piece.Length, reader.TryRead(read));
            Assert.All(read, value => Assert.Equal(expected++, value));
        }

        Assert.False(reader.HasBytes);
    }

    [SkippableFact]
    public void SharedPipe_Full_TakesNothingUntilTheReaderMadeRoom()
    {
        using SharedRegion region = Create();
        var writer = new SharedPipe(region, 0);
        var reader = new SharedPipe(region, 0);
        Assert.Equal(SharedPipe.RingBytes, writer.TryWrite(new byte[SharedPipe.RingBytes + 5]));
        Assert.Equal(0, writer.TryWrite(new byte[5]));
        Assert.Equal(3, reader.TryRead(new byte[3]));
        Assert.Equal(3, writer.TryWrite(new byte[5]));
    }

    [SkippableFact]
    public void SharedPipe_CountsThatMakeNoSense_AreRefusedOnBothSides()
    {
        using SharedRegion region = Create();
        region.Floats(0).Bytes.Span[..4].Fill(0x7F);
        Assert.Throws<WireFormatException>(() => new SharedPipe(region, 0).TryRead(new byte[10]));
        region.Floats(1).Bytes.Span.Slice(64, 4).Fill(0x7F);
        Assert.Throws<IOException>(() => new SharedPipe(region, 1).TryWrite(new byte[10]));
    }

    [SkippableFact]
    public async Task PipeReader_FramesOneByOneToAThreadThatSleeps_AllComeThenTheEnd()
    {
        using SharedRegion region = Create();
        var writer = new SharedPipe(region, 0);
        var sink = new Sink();
        var ended = new TaskCompletionSource<Exception?>();
        var reader = new PipeReader(new SharedPipe(region, 0), sink, ended.SetResult);
        for (byte message = 0; message < 200; message++)
        {
            Write(writer, message);
            Assert.Equal(message, await sink.NextAsync());
        }

        Write(writer, 200);
        writer.CloseWriting();
        Assert.Null(await ended.Task.WaitAsync(Patience));
        Assert.Equal(200, await sink.NextAsync());
        await reader.Completion.WaitAsync(Patience);
    }

    [SkippableFact]
    public async Task PipeReader_FramesWhileAnotherThreadComesAndGoes_AllComeInOrder()
    {
        using SharedRegion region = Create();
        var writer = new SharedPipe(region, 0);
        var sink = new Sink();
        var ended = new TaskCompletionSource<Exception?>();
        var reader = new PipeReader(new SharedPipe(region, 0), sink, ended.SetResult);
        for (int message = 0; message < 2000; message++)
        {
            reader.Join();
            if (message % 3 == 0)
            {
                Write(writer, (byte)message);
                reader.TryHelp();
                reader.Leave();
            }
            else if (message % 3 == 1)
            {
                // What came unseen while nobody had to be woken is there for the thread afterwards.
                Write(writer, (byte)message);
                reader.Leave();
            }
            else
            {
                reader.Leave();
                Write(writer, (byte)message);
            }

            Assert.Equal((byte)message, await sink.NextAsync());
        }

        writer.CloseWriting();
        Assert.Null(await ended.Task.WaitAsync(Patience));
    }

    [SkippableFact]
    public async Task PipeReader_Garbage_EndsTheReadingWithTheReason()
    {
        using SharedRegion region = Create();
        var writer = new SharedPipe(region, 0);
        var ended = new TaskCompletionSource<Exception?>();
        var reader = new PipeReader(new SharedPipe(region, 0), new Sink(), ended.SetResult);
        writer.TryWrite(new byte[FrameHeader.Bytes]);
        Assert.IsType<WireFormatException>(await ended.Task.WaitAsync(Patience));
        await reader.Completion.WaitAsync(Patience);
        reader.Join();
        Assert.False(reader.TryHelp());
        reader.Leave();
    }

    private static void Write(SharedPipe pipe, byte message)
    {
        byte[] frame = new byte[FrameHeader.Bytes + 1];
        FrameHeader.For(FrameKind.Control, [message], []).Write(frame);
        frame[^1] = message;
        Assert.Equal(frame.Length, pipe.TryWrite(frame));
    }

    private static SharedRegion Create()
    {
        SharedRegion? region = SharedPipes.TryCreateRegion();
        Skip.If(region is null, "shared memory is a Linux matter");
        return region!;
    }

    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private sealed class Sink : IFrameSink
    {
        private readonly System.Threading.Channels.Channel<byte> _messages =
            System.Threading.Channels.Channel.CreateUnbounded<byte>();

        public Task<byte> NextAsync() => _messages.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) =>
            throw new WireFormatException("no payload is expected");

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message) =>
            _messages.Writer.WriteAsync(message.Span[0]);

        public void Ended() => _messages.Writer.TryComplete();
    }
}
