namespace DistTrain.Numerics.Products;

/// <summary>Whether leaving out zeros pays. The answer does not show in the bits.</summary>
internal static class SparseChoice
{
    /// <summary>Fewer rows do not repay packing b for them.</summary>
    private const int RowsLeast = 64;

    /// <summary>Steps of k; a panel of b for more no longer fits the third-level cache of many processors.</summary>
    private const int StepsMost = 16 << 10;

    /// <summary>Rows that are looked at.</summary>
    private const int Samples = 32;

    /// <summary>The share of a's entries that are not zero, or more than 1 where the shape alone decides.</summary>
    public static double DensityOf(int m, int n, ReadOnlySpan<int> starts, in Operand a)
    {
        int k = starts[^1];
        bool isWorthwhile = ProductLadder.Rung == Rung.Bits512 && m >= RowsLeast && n >= TileColumns.Least
            && k <= StepsMost && DensityMost(starts) > 0;
        return isWorthwhile ? a.Density(m, k, Samples) : 2;
    }

    /// <summary>Up to which density the dense kernels are slower.</summary>
    /// <remarks>
    /// Measured: beside its entries a row of a piece costs as much as six of them, to load, to end and to store, and an
    /// entry as much as 1/0.75 dense steps.
    /// </remarks>
    public static double DensityMost(ReadOnlySpan<int> starts)
    {
        double steps = Math.Min(SparseRows.PieceMost, (double)starts[^1] / (starts.Length - 1));
        return 0.75 - (6 / steps);
    }
}
