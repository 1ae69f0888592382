namespace DistTrain.Numerics.Products;

/// <summary>The parts of a thread's working memory that a sparse product uses.</summary>
internal readonly unsafe struct SparseScratch
{
    /// <summary>Entries of the rows of a: values, their places, and how many each row has in each piece.</summary>
    public required float* Values { get; init; }

    public required ushort* Places { get; init; }

    public required int* Counts { get; init; }

    /// <summary>Entries of each block of rows in each piece.</summary>
    public required int* Totals { get; init; }

    /// <summary>Rows of a before they are compressed, 16 at a time.</summary>
    public required float* Rows { get; init; }

    /// <summary>Panels of b, each for all of k.</summary>
    public required float* Panels { get; init; }

    /// <summary>A row of zeros, as long as k and a row of the panel.</summary>
    public required float* Zeros { get; init; }

    /// <summary>A block of c that is written elsewhere when it is done.</summary>
    public required float* Result { get; init; }

    /// <summary>Partial sums of a block of c, dense, one behind the other.</summary>
    public required float* Stack { get; init; }

    /// <param name="rows">Listed at a time.</param>
    /// <param name="rowBlock">Rows of a block of c.</param>
    /// <param name="columns">Of a panel of b and a block of c.</param>
    /// <param name="depth">Partial sums of a block at a time.</param>
    /// <param name="panelsLength">Floats.</param>
    public static SparseScratch Of(int rows, int rowBlock, int columns, int k, int pieces, int depth, int panelsLength)
    {
        int entries = PanelPacking.RoundUp(checked((rows * k) + SparseRows.Slack), 32), places = entries / 2;
        int counts = checked(rows * pieces), totals = PanelPacking.RoundUp(rows, rowBlock) / rowBlock * pieces;
        int copies = 16 * SparseRows.PieceMost, block = rowBlock * columns, zeroCount = Math.Max(k, columns);
        float* lists = PackingScratch.A(checked(entries + places + counts + totals));
        float* tiles = PackingScratch.Tiles(checked(copies + ((1 + depth) * block) + zeroCount));
        float* zeros = tiles + copies + ((nint)(1 + depth) * block);
        new Span<float>(zeros, zeroCount).Clear();
        return new SparseScratch
        {
            Values = lists,
            Places = (ushort*)(lists + entries),
            Counts = (int*)(lists + entries + places),
            Totals = (int*)(lists + entries + places + counts),
            Panels = PackingScratch.B(panelsLength),
            Rows = tiles,
            Result = tiles + copies,
            Stack = tiles + copies + block,
            Zeros = zeros,
        };
    }
}
