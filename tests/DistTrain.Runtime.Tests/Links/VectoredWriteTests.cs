using System.Net;
using System.Net.Sockets;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Links;

/// <summary>Frames sent with one call for both parts, beside the same frames sent part by part.</summary>
public sealed class VectoredWriteTests
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(1, TinyBytes)]
    [InlineData(2, TinyBytes)]
    [InlineData(3, null)]
    public async Task FrameSender_RandomFramesBothWays_GiveTheSameBytes(int seed, int? bufferBytes)
    {
        byte[] vectored = await SendAsync(seed, bufferBytes, static stream => stream);
        byte[] partByPart = await SendAsync(seed, bufferBytes, static stream => new PartByPart(stream));
        Assert.True(vectored.AsSpan().SequenceEqual(partByPart));
        Assert.True(vectored.AsSpan().SequenceEqual(Expected(seed)));
    }

    /// <summary>What the test above is about: a socket that takes a part of the head only, or a part of the payload.</summary>
    [SkippableFact]
    public async Task Send_ATinyBuffer_TakesAPartAndThenNothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere frames are sent part by part");
        (NetworkStream near, Socket far) = await ConnectAsync(TinyBytes);
        using Socket closing = far;
        await using NetworkStream stream = near;
        VectoredWrite write = VectoredWrite.TryFor(stream)!;
        byte[] head = new byte[LongMessageBytes];
        byte[] payload = new byte[PayloadBytesMax];
        Assert.InRange(write.Send(head, payload), 1, head.Length - 1);
        while (write.Send(head, payload) > 0)
        {
        }

        Assert.Equal(0, write.Send(head, payload));
    }

    /// <summary>A socket that other calls would wait on, and whose peer reads nothing.</summary>
    [SkippableFact]
    public async Task Send_ABlockingSocketThatIsFull_DoesNotWait()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere frames are sent part by part");
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var near = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = TinyBytes };
        near.Connect(listener.LocalEndPoint!);
        await using var stream = new NetworkStream(near);
        VectoredWrite write = VectoredWrite.TryFor(stream)!;
        byte[] payload = new byte[PayloadBytesMax];
        Task filling = Task.Run(() =>
        {
            while (write.Send([1], payload) > 0)
            {
            }
        });
        try
        {
            await filling.WaitAsync(TimeMax);
        }
        finally
        {
            // Ends a call that does wait.
            near.Shutdown(SocketShutdown.Both);
        }
    }

    /// <summary>Answers of sendmsg; a signal does not come on order.</summary>
    [SkippableFact]
    public void Taken_AnswersOfTheSystem_AreBytesNothingOrABreak()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the numbers are Linux's");
        const int TryAgain = 11, Interrupted = 4, BrokenPipe = 32, Reset = 104;
        Assert.Equal(7, VectoredWrite.Taken(7, TryAgain));
        Assert.Equal(0, VectoredWrite.Taken(0, BrokenPipe));
        Assert.Equal(0, VectoredWrite.Taken(-1, TryAgain));
        Assert.Equal(0, VectoredWrite.Taken(-1, Interrupted));
        Assert.Equal(
            "Unable to write data to the transport connection: Broken pipe.",
            Assert.Throws<IOException>(() => VectoredWrite.Taken(-1, BrokenPipe)).Message);
        Assert.Throws<IOException>(() => VectoredWrite.Taken(-1, Reset));
    }

    [SkippableFact]
    public async Task Send_ARoomyBuffer_TakesBothWithOneCallAndAllocatesNothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere frames are sent part by part");
        (NetworkStream near, Socket far) = await ConnectAsync(null);
        using Socket closing = far;
        await using NetworkStream stream = near;
        VectoredWrite write = VectoredWrite.TryFor(stream)!;
        byte[] head = [1, 2, 3];
        using var payload = new AlignedBuffer(2_000);
        payload.Span.Fill(4f);
        byte[] arrived = new byte[head.Length + payload.Bytes.Length];
        long allocated = 0;
        for (int frame = 0; frame < 20; frame++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            int sent = write.Send(head, payload.Bytes.Span);
            allocated += frame == 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(arrived.Length, sent);
            for (int count = 0; count < arrived.Length;)
            {
                count += far.Receive(arrived.AsSpan(count));
            }

            Assert.Equal([.. head, .. payload.Bytes.Span], arrived);
        }

        Assert.Equal(0, allocated);
    }

    [SkippableFact]
    public async Task FrameSender_ALargeFrame_NeedsNoWriteOfTheStream()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere frames are sent part by part");
        (NetworkStream near, Socket far) = await ConnectAsync(null, static socket => new Counting(socket));
        using Socket closing = far;
        var sender = new FrameSender(near, 1, static reason => Assert.Fail(reason));
        byte[] payload = new byte[8_000];
        Assert.True(sender.TrySend(new OutgoingFrame(FrameKind.Tensor, new byte[] { 1 }, payload, null, null)));
        Assert.True(await sender.FinishAsync(TimeMax).WaitAsync(TimeMax));
        await near.DisposeAsync();
        Assert.Equal(FrameHeader.Bytes + 1 + payload.Length, (await ReadToEndAsync(far)).Length);
        Assert.Equal(0, ((Counting)near).Writes);
    }

    /// <summary>A reset by the peer (ECONNRESET), and a connection that is shut down for sending (EPIPE).</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FrameSender_ABrokenConnection_IsToldInTheSameWordsBothWays(bool isReset)
    {
        string vectored = await BreakAsync(isReset, static stream => stream);
        Assert.Equal(await BreakAsync(isReset, static stream => new PartByPart(stream)), vectored);
        Assert.EndsWith(".", vectored);
    }

    private static async Task<string> BreakAsync(bool isReset, Func<Stream, Stream> wrap)
    {
        (NetworkStream near, Socket far) = await ConnectAsync(null);
        using Socket closing = far;
        if (isReset)
        {
            far.LingerState = new LingerOption(true, 0);
            far.Dispose();
        }
        else
        {
            near.Socket.Shutdown(SocketShutdown.Send);
        }

        var reason = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isReleased = false;
        var sender = new FrameSender(wrap(near), 1, reason.SetResult);
        Assert.True(sender.TrySend(
            new OutgoingFrame(FrameKind.Tensor, new byte[] { 1 }, new byte[8_000], () => isReleased = true, null)));
        string told = await reason.Task.WaitAsync(TimeMax);
        Assert.True(isReleased);
        Assert.False(await sender.FinishAsync(TimeMax).WaitAsync(TimeMax));
        await near.DisposeAsync();
        return told;
    }

    private static async Task<byte[]> SendAsync(int seed, int? bufferBytes, Func<Stream, Stream> wrap)
    {
        (NetworkStream near, Socket far) = await ConnectAsync(bufferBytes);
        using Socket closing = far;
        var sender = new FrameSender(wrap(near), FrameCount, static reason => Assert.Fail(reason));
        int released = 0;
        var buffers = new List<AlignedBuffer>();
        foreach ((byte[] message, byte[] payload) in Frames(seed))
        {
            var buffer = new AlignedBuffer((payload.Length / sizeof(float)) + 1);
            payload.CopyTo(buffer.Bytes);
            buffers.Add(buffer);
            Assert.True(sender.TrySend(new OutgoingFrame(
                FrameKind.Tensor, message, buffer.Bytes[..payload.Length], () => Interlocked.Increment(ref released), null)));
        }

        Task<byte[]> reading = ReadToEndAsync(far);
        await sender.FinishAsync(TimeMax).WaitAsync(TimeMax);
        await near.DisposeAsync();
        byte[] arrived = await reading.WaitAsync(TimeMax);
        Assert.Equal(FrameCount, released);
        buffers.ForEach(static buffer => buffer.Dispose());
        return arrived;
    }

    private static byte[] Expected(int seed)
    {
        var bytes = new List<byte>();
        foreach ((byte[] message, byte[] payload) in Frames(seed))
        {
            byte[] header = new byte[FrameHeader.Bytes];
            FrameHeader.For(FrameKind.Tensor, message, payload).Write(header);
            bytes.AddRange([.. header, .. message, .. payload]);
        }

        return [.. bytes];
    }

    /// <summary>Messages and payloads from nothing to far more than a tiny buffer holds.</summary>
    private static IEnumerable<(byte[] Message, byte[] Payload)> Frames(int seed)
    {
        var random = new Random(seed);
        for (int frame = 0; frame < FrameCount; frame++)
        {
            byte[] message = new byte[frame % 4 == 3 ? random.Next(LongMessageBytes) : random.Next(60)];
            byte[] payload = new byte[frame % 3 == 2 ? random.Next(3_000) : random.Next(PayloadBytesMax)];
            random.NextBytes(message);
            random.NextBytes(payload);
            yield return (message, payload);
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        byte[] piece = new byte[7_001];
        for (int count; (count = await socket.ReceiveAsync(piece)) > 0;)
        {
            all.Write(piece, 0, count);
        }

        return all.ToArray();
    }

    private static async Task<(NetworkStream Near, Socket Far)> ConnectAsync(
        int? bufferBytes, Func<Socket, NetworkStream>? open = null)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var near = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (bufferBytes is { } bytes)
        {
            listener.ReceiveBufferSize = bytes;
            near.SendBufferSize = bytes;
        }

        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        await near.ConnectAsync(listener.LocalEndPoint!);
        return (open?.Invoke(near) ?? new NetworkStream(near, ownsSocket: true), await listener.AcceptAsync());
    }

    /// <summary>The plain twin: a stream of which nothing is known but that it is one.</summary>
    private sealed class PartByPart(Stream inner) : Stream
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

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class Counting(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }

    private const int FrameCount = 24;
    private const int LongMessageBytes = 60_000;
    private const int PayloadBytesMax = 200_000;
    private const int TinyBytes = 4_096;
}
