namespace DistTrain.Numerics.Products;

/// <summary>One rung of the ladder: computes tiles of up to <see cref="Rows"/> × <see cref="Columns"/> elements.</summary>
/// <remarks>
/// Implemented by empty structs, so that the drivers that are generic over it are compiled for each rung with the
/// kernel's sizes as constants. All rungs give equal bits: an element is one chain of fused multiply-adds over k,
/// and tiles are added as stack + registers.
/// </remarks>
internal unsafe interface IMicroKernel
{
    /// <summary>Rows of the largest tile, a multiple of <see cref="RowStep"/>.</summary>
    static abstract int Rows { get; }

    static abstract int Columns { get; }

    /// <summary>Lower tiles have a multiple of this many rows, so that few rows cost little.</summary>
    static virtual int RowStep => 4;

    /// <summary>c = start, then c ← fma(a, b, c) over k ascending, then c ← stack tile + c for each merge.</summary>
    /// <param name="rows">Rows of the tile: a multiple of <see cref="RowStep"/> up to <see cref="Rows"/>.</param>
    /// <param name="kCount">Steps of the chain; 0 is allowed.</param>
    /// <param name="a">The tile's part of a: element (row, k) is a[row · aStride + k · aStep]. A panel has the stride 1.</param>
    /// <param name="b">Panel (kCount, Columns), its rows <paramref name="bStride"/> floats apart.</param>
    /// <param name="start">Tile of start values, rows <paramref name="startStride"/> floats apart; 0: one row for all.</param>
    /// <param name="stack">
    /// The topmost of the dense tiles to add; the next one lies Rows × Columns floats below it.
    /// </param>
    /// <param name="c">Written; rows <paramref name="cStride"/> floats apart.</param>
    static abstract void Run(
        int rows, nint kCount, float* a, nint aStride, nint aStep, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride);
}
