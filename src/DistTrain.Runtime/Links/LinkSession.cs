using System.Security.Cryptography;

namespace DistTrain.Runtime;

/// <summary>Joins the connections of one worker's attempt to join: 16 random bytes that it chose.</summary>
public readonly record struct LinkSession(UInt128 Value)
{
    public const int Bytes = 16;

    public static LinkSession New()
    {
        Span<byte> random = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(random);
        return Read(random);
    }

    public static LinkSession Read(ReadOnlySpan<byte> source) =>
        new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(source));

    public void Write(Span<byte> destination) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(destination, Value);
}
