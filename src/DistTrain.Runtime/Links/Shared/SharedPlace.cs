using System.Buffers.Binary;

namespace DistTrain.Runtime;

/// <summary>Names a vector in memory that two processes of one machine share, as it travels over a link.</summary>
/// <param name="Process">The owner's process id.</param>
/// <param name="Handle">The owner's file descriptor of the region.</param>
/// <param name="Nonce">Stands at the region's start: shows that what was opened is what was meant.</param>
/// <param name="Slot">Which vector of the region.</param>
internal readonly record struct SharedPlace(int Process, int Handle, UInt128 Nonce, int Slot)
{
    public const int Bytes = 28;

    public static SharedPlace Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt32LittleEndian(source),
        BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt128LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[24..]));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Process);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Handle);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(8), Nonce);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), Slot);
        return bytes;
    }
}
