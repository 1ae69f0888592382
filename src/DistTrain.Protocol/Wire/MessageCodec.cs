using System.Buffers;
using MessagePack;

namespace DistTrain.Protocol;

/// <summary>Messages as MessagePack arrays [kind, field, ...]; see docs/PROTOCOL.md for the table.</summary>
/// <remarks>
/// Reading is strict: the exact number of fields, every number within its range, every text within its size, valid UTF-8,
/// no byte left over. Nothing in the bytes names a type or decides how much is allocated.
/// </remarks>
public static class MessageCodec
{
    public static void Write(IBufferWriter<byte> output, CoordinatorMessage message)
    {
        MessagePackWriter writer = new(output);
        MessageWriting.Write(ref writer, message);
        writer.Flush();
    }

    public static void Write(IBufferWriter<byte> output, WorkerMessage message)
    {
        MessagePackWriter writer = new(output);
        MessageWriting.Write(ref writer, message);
        writer.Flush();
    }

    /// <exception cref="WireFormatException">The bytes are not exactly one message of this version.</exception>
    public static CoordinatorMessage ReadCoordinatorMessage(ReadOnlyMemory<byte> bytes)
    {
        FieldReader fields = new(bytes, "coordinator's");
        return MessageReading.ReadCoordinatorMessage(ref fields);
    }

    /// <exception cref="WireFormatException">The bytes are not exactly one message of this version.</exception>
    public static WorkerMessage ReadWorkerMessage(ReadOnlyMemory<byte> bytes)
    {
        FieldReader fields = new(bytes, "worker's");
        return MessageReading.ReadWorkerMessage(ref fields);
    }
}
