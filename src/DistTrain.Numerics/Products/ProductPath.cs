namespace DistTrain.Numerics.Products;

/// <summary>Takes the way that the operands' zeros suggest: all steps of k, or only those that are not zero. Equal bits.</summary>
internal static unsafe class ProductPath
{
    /// <summary>c (m,n) = start + a·b, one chain over all of k.</summary>
    /// <inheritdoc cref="BlockedProduct{TKernel}.Run"/>
    public static void Run(int m, int n, int k, in Operand a, in Operand b, float* c, float* bias)
    {
        ReadOnlySpan<int> starts = [0, k];
        int columns = TileColumns.Covered(n);
        if (SparseChoice.DensityOf(m, n, starts, a) <= SparseChoice.DensityMost(starts)
            && SparseProduct.TryRun(m, columns, starts, a, b, new SparseTarget(c, n, isTransposed: false), bias, TileColumns.Widest))
        {
            RunAllSteps(
                m, n - columns, starts, a, b.From(columns), c + columns, n, bias == null ? null : bias + columns);
        }
        else
        {
            RunAllSteps(m, n, starts, a, b, c, n, bias);
        }
    }

    /// <summary>c (m,n) = a·b, the segments of k added in tree order.</summary>
    /// <param name="starts">At least one segment.</param>
    public static void RunSegments(int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, float* c)
    {
        double densityOfA = SparseChoice.DensityOf(m, n, starts, a), densityOfB = SparseChoice.DensityOf(n, m, starts, b);
        double most = SparseChoice.DensityMost(starts);
        int rows = TileColumns.Covered(m), columns = TileColumns.Covered(n);
        if (densityOfA <= densityOfB && densityOfA <= most
            && SparseProduct.TryRun(m, columns, starts, a, b, new SparseTarget(c, n, isTransposed: false), null, TileColumns.Widest))
        {
            RunAllSteps(m, n - columns, starts, a, b.From(columns), c + columns, n, null);
        }
        else if (densityOfB < densityOfA && densityOfB <= most
            && SparseProduct.TryRun(n, rows, starts, b, a, new SparseTarget(c, n, isTransposed: true), null, TileColumns.Widest))
        {
            RunAllSteps(m - rows, n, starts, a.From(rows), b, c + ((nint)rows * n), n, null);
        }
        else
        {
            RunAllSteps(m, n, starts, a, b, c, n, null);
        }
    }

    /// <param name="bias">Null where there are several segments.</param>
    private static void RunAllSteps(
        int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, float* c, nint cStride, float* bias)
    {
        if (m == 0 || n == 0)
        {
            return;
        }

        bool isNarrow = NarrowProduct.Pays(m, n);
        if (starts.Length == 2 && isNarrow)
        {
            NarrowProduct.Run(m, n, starts[1], a, b, c, cStride, bias);
        }
        else if (starts.Length == 2)
        {
            ProductLadder.Run(m, n, starts[1], a, b, c, cStride, bias);
        }
        else if (isNarrow)
        {
            NarrowProduct.RunSegments(m, n, starts, a, b, c, cStride);
        }
        else
        {
            ProductLadder.RunSegments(m, n, starts, a, b, c, cStride);
        }
    }
}
