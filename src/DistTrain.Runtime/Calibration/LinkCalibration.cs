using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Times a tensor's way from one process of this machine to another: checksum, socket, copy, checksum.</summary>
internal static class LinkCalibration
{
    /// <returns>Seconds for one byte of one stream.</returns>
    public static double SecondsPerByte(BucketPlan buckets)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        sender.Connect(listener.LocalEndPoint!);
        using Socket receiver = listener.Accept();
        int floats = Math.Clamp(buckets.SumLengthMax, FloatsMin, FloatsMax);
        using var outgoing = new AlignedBuffer(floats);
        using var incoming = new AlignedBuffer(floats);
        return MachineCalibration.Median(() => SendFrames(sender, receiver, outgoing.Bytes, incoming.Bytes))
            / (Frames * (double)floats * sizeof(float));
    }

    private static double SendFrames(Socket sender, Socket receiver, Memory<byte> outgoing, Memory<byte> incoming)
    {
        long start = Stopwatch.GetTimestamp();
        var sending = new Thread(() =>
        {
            for (int frame = 0; frame < Frames; frame++)
            {
                FrameHeader.For(FrameKind.Tensor, [], outgoing.Span);
                for (int sent = 0; sent < outgoing.Length;)
                {
                    sent += sender.Send(outgoing.Span[sent..]);
                }
            }
        });
        sending.Start();
        for (int frame = 0; frame < Frames; frame++)
        {
            for (int taken = 0; taken < incoming.Length;)
            {
                taken += receiver.Receive(incoming.Span[taken..]);
            }

            FrameHeader.For(FrameKind.Tensor, [], incoming.Span);
        }

        sending.Join();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private const int Frames = 4;

    private const int FloatsMin = 1 << 14;

    private const int FloatsMax = 1 << 22;
}
