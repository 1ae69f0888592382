using System.Net;
using System.Net.Sockets;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Links;

/// <summary>Frames over a real connection, where the reader asks to be woken seldom.</summary>
public sealed class FramePumpTests
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(LowWater.BytesMax)]
    [InlineData((3 * LowWater.BytesMax) + 17_001)]
    public async Task RunAsync_APayloadAndNothingBehindIt_ArrivesToItsLastByte(int payloadBytes)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var sender = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await sender.ConnectAsync(listener.LocalEndPoint!);
        using var stream = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true);
        using var ending = new CancellationTokenSource();
        var sink = new Sink(payloadBytes);
        Task reading = FramePump.RunAsync(
            stream, new FrameReader(FrameLimits.Tensor(payloadBytes / sizeof(float) + 1)), sink, ending.Token);

        // Twice: the mark that the first payload's end left behind must not keep the second frame.
        for (int frame = 0; frame < 2; frame++)
        {
            byte[] bytes = Frame(payloadBytes);
            for (int sent = 0; sent < bytes.Length; sent += PieceBytes)
            {
                await sender.SendAsync(bytes.AsMemory(sent, Math.Min(PieceBytes, bytes.Length - sent)));
            }

            await sink.Taken.Reader.ReadAsync().AsTask().WaitAsync(TimeMax);
        }

        Assert.Equal(Payload(payloadBytes), sink.Payload);
        sender.Shutdown(SocketShutdown.Send);
        await reading.WaitAsync(TimeMax);
    }

    [SkippableFact]
    public void LowWater_NeverAsksForMoreThanIsCertainToCome()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the mark is only set on Linux");
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var stream = new NetworkStream(client, ownsSocket: true);
        var mark = new LowWater(stream);
        foreach ((int wanted, int expected) in ((int, int)[])[(17_001, 17_001), (5 << 20, LowWater.BytesMax), (40, 40), (1, 1)])
        {
            mark.Set(wanted);
            Assert.Equal(expected, client.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater));
        }
    }

    private static byte[] Frame(int payloadBytes)
    {
        byte[] payload = Payload(payloadBytes);
        byte[] message = [1, 2, 3];
        byte[] bytes = [.. new byte[FrameHeader.Bytes], .. message, .. payload];
        FrameHeader.For(FrameKind.Tensor, message, payload).Write(bytes);
        return bytes;
    }

    private static byte[] Payload(int payloadBytes)
    {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).NextBytes(payload);
        return payload;
    }

    private sealed class Sink(int payloadBytes) : IFrameSink
    {
        public byte[] Payload { get; } = new byte[payloadBytes];

        public System.Threading.Channels.Channel<bool> Taken { get; } = System.Threading.Channels.Channel.CreateUnbounded<bool>();

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) => Payload;

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message) => Taken.Writer.WriteAsync(true);

        public void Ended()
        {
        }
    }

    private const int PieceBytes = 300_000;
}
