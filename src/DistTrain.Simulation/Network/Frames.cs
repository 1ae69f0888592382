using System.Buffers;
using System.Runtime.InteropServices;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>Messages as the frames that would stand on the wire, by the real codec.</summary>
internal static class Frames
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    public static byte[] Control(CoordinatorMessage message)
    {
        ArrayBufferWriter<byte> scratch = Scratch();
        MessageCodec.Write(scratch, message);
        return Build(FrameKind.Control, scratch.WrittenSpan, []);
    }

    public static byte[] Control(WorkerMessage message)
    {
        ArrayBufferWriter<byte> scratch = Scratch();
        MessageCodec.Write(scratch, message);
        return Build(FrameKind.Control, scratch.WrittenSpan, []);
    }

    public static byte[] Tensor(CoordinatorMessage.Weights header, ReadOnlySpan<float> floats)
    {
        ArrayBufferWriter<byte> scratch = Scratch();
        MessageCodec.Write(scratch, header);
        return Build(FrameKind.Tensor, scratch.WrittenSpan, MemoryMarshal.AsBytes(floats));
    }

    public static byte[] Tensor(WorkerMessage.PartialSum header, ReadOnlySpan<float> floats)
    {
        ArrayBufferWriter<byte> scratch = Scratch();
        MessageCodec.Write(scratch, header);
        return Build(FrameKind.Tensor, scratch.WrittenSpan, MemoryMarshal.AsBytes(floats));
    }

    private static ArrayBufferWriter<byte> Scratch()
    {
        _scratch ??= new ArrayBufferWriter<byte>(1024);
        _scratch.ResetWrittenCount();
        return _scratch;
    }

    private static byte[] Build(FrameKind kind, ReadOnlySpan<byte> message, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + message.Length + payload.Length];
        FrameHeader.For(kind, message, payload).Write(frame);
        message.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes + message.Length));
        return frame;
    }
}
