using System.Buffers;

namespace DistTrain.Protocol;

/// <summary>Messages as MessagePack arrays [kind, field, ...]; see docs/PROTOCOL.md for the table.</summary>
public static class MessageCodec
{
    public static void Write(IBufferWriter<byte> output, CoordinatorMessage message) => throw new NotSupportedException();

    public static void Write(IBufferWriter<byte> output, WorkerMessage message) => throw new NotSupportedException();

    /// <exception cref="WireFormatException">The bytes are not exactly one message of this version.</exception>
    public static CoordinatorMessage ReadCoordinatorMessage(ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();

    /// <exception cref="WireFormatException">The bytes are not exactly one message of this version.</exception>
    public static WorkerMessage ReadWorkerMessage(ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();
}

/// <summary>Bytes from a peer that do not follow the protocol. The message says what was found and what was expected.</summary>
public sealed class WireFormatException(string message) : Exception(message);
