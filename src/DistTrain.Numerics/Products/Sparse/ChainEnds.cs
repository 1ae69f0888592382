namespace DistTrain.Numerics.Products;

/// <summary>Where the chains of a block's rows start in one piece of k, what is added to them, and where they go.</summary>
internal readonly unsafe struct ChainEnds
{
    /// <summary>Row 0 of the start values.</summary>
    public required float* Start { get; init; }

    /// <summary>Floats from row to row; 0: one row for all.</summary>
    public required nint StartStride { get; init; }

    /// <summary>The topmost of the blocks (rows, columns) to add, dense.</summary>
    public required float* Stack { get; init; }

    /// <summary>How many blocks to add.</summary>
    public required int Merges { get; init; }

    /// <summary>Floats from a block down to the next.</summary>
    public required nint Level { get; init; }

    /// <summary>Row 0 of the results. Written.</summary>
    public required float* Result { get; init; }

    /// <summary>Floats from row to row.</summary>
    public required nint ResultStride { get; init; }

    /// <summary>Whether these are the product's results, in which no −0 may be (<see cref="SparseGuard"/>).</summary>
    public required bool AreFinal { get; init; }
}
