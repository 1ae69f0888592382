namespace DistTrain.Numerics.Products;

/// <summary>Whether leaving out zeros pays. The answer does not show in the bits.</summary>
internal static unsafe class SparseChoice
{
    /// <summary>Above this share of entries that are not zero the dense kernels are faster.</summary>
    private const double DensityMost = 0.65;

    /// <summary>Fewer rows do not repay packing b for them.</summary>
    private const int RowsLeast = 64;

    /// <summary>Steps of k in a segment: shorter chains cost more at their ends than they save.</summary>
    private const int SegmentLeast = 32;

    /// <summary>Steps of k; a panel of b for more no longer fits the third-level cache of many processors.</summary>
    private const int StepsMost = 16 << 10;

    /// <summary>Rows that are looked at.</summary>
    private const int Samples = 32;

    /// <summary>The share of a's entries that are not zero, or more than 1 where the shape alone decides.</summary>
    public static double DensityOf(int m, int n, ReadOnlySpan<int> starts, in Operand a)
    {
        int k = starts[^1];
        bool isWorthwhile = ProductLadder.Rung == Rung.Bits512 && m >= RowsLeast && n >= SparseTile.Columns
            && k <= StepsMost && k >= SegmentLeast * (starts.Length - 1);
        return isWorthwhile ? a.Density(m, k, Samples) : 2;
    }

    public static bool IsSparse(double density) => density <= DensityMost;
}
