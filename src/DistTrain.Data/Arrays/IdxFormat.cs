using System.Buffers.Binary;
using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>
/// The header of IDX, the format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, a type byte, the number of
/// dimensions, then each dimension as a big-endian 32-bit number; big-endian data follow.
/// </summary>
internal sealed class IdxFormat : ArrayFormat
{
    /// <exception cref="DataException">Not an IDX file, or cut off.</exception>
    public override ArrayHeader ReadHeader(SourceFile file)
    {
        Span<byte> magic = stackalloc byte[4];
        int count = file.Stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (count == 0)
        {
            throw new DataException($"{file.Name} is empty, expected an IDX file; copy it again");
        }

        if (count < magic.Length || magic[0] != 0 || magic[1] != 0 || TypeOf(magic[2]) is not { } type)
        {
            throw new DataException(
                $"{file.Name} is not an IDX file: it starts with {Convert.ToHexStringLower(magic[..count])}, expected "
                + "0000, a type (08 to 0e) and the number of dimensions"
                + (SourceFile.GZipHint(magic[..count]) is { } hint ? $"; {hint}" : ""));
        }

        int rank = magic[3];
        if (rank is 0 or > ArrayHeader.RankMax)
        {
            throw new DataException(
                $"{file.Name} claims {rank} dimensions, expected 1 to {ArrayHeader.RankMax}; it is not an IDX file");
        }

        Span<byte> sizes = stackalloc byte[rank * sizeof(uint)];
        if (file.Stream.ReadAtLeast(sizes, sizes.Length, throwOnEndOfStream: false) < sizes.Length)
        {
            throw new DataException($"{file.Name} is cut off within its header; copy it again");
        }

        ImmutableArray<long>.Builder dimensions = ImmutableArray.CreateBuilder<long>(rank);
        for (int axis = 0; axis < rank; axis++)
        {
            dimensions.Add(BinaryPrimitives.ReadUInt32BigEndian(sizes[(axis * sizeof(uint))..]));
        }

        var header = new ArrayHeader(type, IsBigEndian: true, dimensions.MoveToImmutable(), magic.Length + sizes.Length);
        header.Check(file);
        return header;
    }

    /// <summary>Rows of two dimensions are images and get a channel: (height, width) is (1, height, width).</summary>
    public override Shape SampleShape(Shape row) => row.Rank == 2 ? new Shape(1, row[0], row[1]) : row;

    private static ElementType? TypeOf(byte code) => code switch
    {
        0x08 => ElementType.UInt8,
        0x09 => ElementType.Int8,
        0x0b => ElementType.Int16,
        0x0c => ElementType.Int32,
        0x0d => ElementType.Float32,
        0x0e => ElementType.Float64,
        _ => null,
    };
}
