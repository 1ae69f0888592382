namespace DistTrain.Numerics.Products;

/// <summary>The entries of a block of rows in one piece of k, as the tiles read them: those of pairs, then those of single rows.</summary>
internal readonly unsafe struct SparseLists
{
    public required int RowCount { get; init; }

    /// <summary>How many of the rows' pairs come first.</summary>
    public required int PairCount { get; init; }

    /// <summary>Rows of the block in the lists' order (<see cref="RowPairs.Choose"/>).</summary>
    public required ushort* Rows { get; init; }

    /// <summary>Entries of each pair, then of each single row.</summary>
    public required ushort* Lengths { get; init; }

    public required float* PairValues { get; init; }

    /// <summary>Of each entry: its step of k within the piece, its row in a panel of b.</summary>
    public required byte* PairPlaces { get; init; }

    public required float* SingleValues { get; init; }

    /// <inheritdoc cref="PairPlaces"/>
    public required byte* SinglePlaces { get; init; }
}
