using System.Buffers.Binary;

namespace DistTrain.Protocol;

/// <summary>
/// The fixed start of a frame: <see cref="Bytes"/> bytes, then the message (MessagePack), then the payload (raw).
/// </summary>
/// <remarks>
/// All numbers are little-endian.
/// <code>
///  0  4  magic "DTRN"
///  4  1  version of this layout, 1
///  5  1  kind
///  6  2  zero
///  8  4  bytes of the message
/// 12  4  bytes of the payload
/// 16  4  CRC-32C of the message (0 when empty)
/// 20  4  CRC-32C of the payload (0 when empty)
/// 24  4  CRC-32C of the 24 bytes above
/// </code>
/// The header has a checksum of its own, so that no length is believed that was damaged on the way; the message has one,
/// so that a payload's place can be chosen before the payload is there.
/// </remarks>
public readonly record struct FrameHeader(
    FrameKind Kind, int MessageBytes, int PayloadBytes, uint MessageChecksum, uint PayloadChecksum)
{
    public const int Bytes = 28;

    public const int LayoutVersion = 1;

    /// <summary>"DTRN" as it stands on the wire.</summary>
    public static ReadOnlySpan<byte> Magic => "DTRN"u8;

    /// <summary>The header of a frame with this content; reads both wholly for their checksums.</summary>
    public static FrameHeader For(FrameKind kind, ReadOnlySpan<byte> message, ReadOnlySpan<byte> payload) =>
        new(kind, message.Length, payload.Length, Crc32C.Compute(message), Crc32C.Compute(payload));

    /// <param name="destination">At least <see cref="Bytes"/> long; the first <see cref="Bytes"/> are written.</param>
    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[4] = LayoutVersion;
        destination[5] = (byte)Kind;
        destination[6] = 0;
        destination[7] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], MessageBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], PayloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], MessageChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Crc32C.Compute(destination[..24]));
    }

    /// <param name="source">At least <see cref="Bytes"/> long.</param>
    /// <exception cref="WireFormatException">Not a header of this layout, damaged, or above the limits.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source, FrameLimits limits)
    {
        if (!source[..4].SequenceEqual(Magic))
        {
            throw new WireFormatException(
                $"a frame starts with the bytes {Convert.ToHexString(source[..4])}, expected 4454524E (\"DTRN\"): "
                + "the peer does not speak DistTrain's protocol");
        }

        if (source[4] != LayoutVersion)
        {
            throw new WireFormatException(
                $"a frame has layout version {source[4]}, expected {LayoutVersion}: run the same version everywhere");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source[24..]) != Crc32C.Compute(source[..24]))
        {
            throw new WireFormatException("a frame's header was damaged on the way: its checksum does not match");
        }

        FrameKind kind = (FrameKind)source[5];
        if (kind is < FrameKind.Handshake or > FrameKind.PipeBegin || source[6] != 0 || source[7] != 0)
        {
            throw new WireFormatException($"a frame has the kind {source[5]}, expected 1 to {(int)FrameKind.PipeBegin}");
        }

        uint messageBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        uint payloadBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        if (messageBytes > limits.MessageBytesMax || payloadBytes > limits.PayloadBytesMax)
        {
            throw new WireFormatException(
                $"a {kind} frame claims {messageBytes:N0} bytes of message and {payloadBytes:N0} of payload, "
                + $"at most {limits.MessageBytesMax:N0} and {limits.PayloadBytesMax:N0} are taken here");
        }

        return new FrameHeader(
            kind,
            (int)messageBytes,
            (int)payloadBytes,
            BinaryPrimitives.ReadUInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]));
    }

    /// <exception cref="WireFormatException">The message is not the one whose checksum the header holds.</exception>
    public void CheckMessage(ReadOnlySpan<byte> message) => Check(message, MessageBytes, MessageChecksum, "message");

    /// <exception cref="WireFormatException">The payload is not the one whose checksum the header holds.</exception>
    public void CheckPayload(ReadOnlySpan<byte> payload) => Check(payload, PayloadBytes, PayloadChecksum, "payload");

    private void Check(ReadOnlySpan<byte> bytes, int expectedBytes, uint expectedChecksum, string part)
    {
        if (bytes.Length != expectedBytes)
        {
            throw new ArgumentException($"{bytes.Length} bytes of {part} are checked, the header says {expectedBytes}");
        }

        uint checksum = Crc32C.Compute(bytes);
        if (checksum != expectedChecksum)
        {
            throw new WireFormatException(
                $"the {part} of a {Kind} frame was damaged on the way: its checksum is {checksum:X8}, "
                + $"the header says {expectedChecksum:X8}");
        }
    }
}
