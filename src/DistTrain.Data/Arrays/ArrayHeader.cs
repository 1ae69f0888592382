using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>What an IDX or NPY file says about itself: the first dimension counts rows, C order.</summary>
internal sealed record ArrayHeader(
    ElementType Type, bool IsBigEndian, ImmutableArray<long> Dimensions, long HeaderBytes)
{
    /// <summary>Axes; far more than any image or sequence needs, and it bounds the work for a hostile file.</summary>
    public const int RankMax = 8;

    public long RowCount => Dimensions[0];

    /// <summary>Shape of one row; (1) for an array of one dimension.</summary>
    public Shape RowShape => Dimensions.Length == 1
        ? new Shape(1)
        : new Shape([.. Dimensions.AsSpan()[1..].ToArray().Select(static dimension => (int)dimension)]);

    public int RowSize => RowShape.Size;

    /// <summary>Content bytes of the whole array.</summary>
    public long DataBytes => RowCount * RowSize * Type.Bytes();

    public override string ToString() => $"({string.Join(", ", Dimensions)}) of {Type}";

    /// <summary>Refuses what cannot be held or what the file is too short for, before anything is allocated.</summary>
    /// <exception cref="DataException">Names the file and says which.</exception>
    public void Check(SourceFile file)
    {
        if (Dimensions.IsEmpty || Dimensions.Length > RankMax)
        {
            throw new DataException(
                $"{file.Name} has {Dimensions.Length} dimensions, expected 1 to {RankMax}, the first for the rows");
        }

        long rowSize = 1;
        for (int axis = 1; axis < Dimensions.Length; axis++)
        {
            long dimension = Dimensions[axis];
            if (dimension < 1 || dimension > int.MaxValue || (rowSize *= dimension) > int.MaxValue)
            {
                throw new DataException(
                    $"{file.Name} claims the shape {this}, expected rows of 1 to 2,147,483,647 numbers; "
                    + "it is damaged or of another kind");
            }
        }

        if (RowCount < 0 || RowCount > int.MaxValue)
        {
            throw new DataException($"{file.Name} claims {RowCount:N0} rows, expected 2,147,483,647 at most");
        }

        Int128 wholeBytes = (Int128)RowCount * rowSize * Type.Bytes() + HeaderBytes;
        if (wholeBytes > file.ContentBytesMax)
        {
            throw new DataException(
                $"{file.Name} is cut off: its header claims {this}, {wholeBytes:N0} bytes in all, but "
                + (file.ContentBytesAreExact ? $"it has {file.ContentBytesMax:N0}" : "it is much too short for that")
                + "; copy it again");
        }

        if (file.ContentBytesAreExact && wholeBytes < file.ContentBytesMax)
        {
            throw TrailingBytes(file);
        }
    }

    public DataException TrailingBytes(SourceFile file) => new(
        $"{file.Name} goes on after its last number: its header claims {this}, {HeaderBytes + DataBytes:N0} bytes in all"
        + (file.ContentBytesAreExact ? $", but it has {file.ContentBytesMax:N0}" : "")
        + "; it is damaged or of another kind");
}
