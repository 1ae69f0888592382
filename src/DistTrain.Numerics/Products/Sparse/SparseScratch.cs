namespace DistTrain.Numerics.Products;

/// <summary>The parts of a thread's working memory that a sparse product uses.</summary>
internal readonly unsafe struct SparseScratch
{
    /// <summary>One for each piece of each block of rows.</summary>
    public required SparseLists* Lists { get; init; }

    /// <summary>Where the lists' entries are.</summary>
    public required SparseRoom Room { get; init; }

    /// <summary>A block of rows of a piece of a, in order and dense, before it is compressed.</summary>
    public required float* Copies { get; init; }

    /// <summary>One for each row of a block.</summary>
    public required ulong* Masks { get; init; }

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
        int lengths = checked(rows * pieces), entries = checked(rows * k);
        int values = PanelPacking.RoundUp(checked(entries + (lengths * SparseRows.PairGap / 2) + SparseRows.PairGap), 16);
        int places = PanelPacking.RoundUp(checked(entries + StepPlaces.WrittenMost), 64) / sizeof(float);
        int lists = PanelPacking.RoundUp(rows, rowBlock) / rowBlock * pieces * (sizeof(SparseLists) / sizeof(float));
        int masks = rowBlock * (sizeof(ulong) / sizeof(float));
        int copies = rowBlock * SparseRows.PieceMost, block = rowBlock * columns, zeroCount = Math.Max(k, columns);
        float* a = PackingScratch.A(checked(lists + masks + values + places + lengths));
        float* tiles = PackingScratch.Tiles(checked(copies + ((1 + depth) * block) + zeroCount));
        float* firstValue = a + lists + masks, zeros = tiles + copies + ((nint)(1 + depth) * block);
        ushort* order = (ushort*)(firstValue + values + places);
        new Span<float>(zeros, zeroCount).Clear();
        return new SparseScratch
        {
            Lists = (SparseLists*)a,
            Masks = (ulong*)(a + lists),
            Room = new SparseRoom(order, order + lengths, firstValue, (byte*)(firstValue + values)),
            Copies = tiles,
            Result = tiles + copies,
            Stack = tiles + copies + block,
            Zeros = zeros,
            Panels = PackingScratch.B(panelsLength),
        };
    }
}
