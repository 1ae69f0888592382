namespace DistTrain.Numerics.Products;

/// <summary>
/// Products of few columns, as the last layer of a classifier has: computed as cᵀ = bᵀ·aᵀ, so that the columns, which are
/// wide in a tile, are many and the rows few. Equal bits: a product of two factors does not depend on their order.
/// </summary>
internal static unsafe class NarrowProduct
{
    /// <summary>Half the columns of the wide tiles.</summary>
    private const int ColumnsMost = 16;

    /// <summary>Whether c (m,n) is computed so.</summary>
    public static bool Pays(int m, int n) => n <= ColumnsMost && m >= 2 * ColumnsMost && ProductLadder.Rung == Rung.Bits512;

    /// <inheritdoc cref="BlockedProduct{TKernel}.Run"/>
    public static void Run(int m, int n, int k, in Operand a, in Operand b, float* c, nint cStride, float* bias)
    {
        float* transposed = PackingScratch.Transposed(checked(m * n));
        for (int column = 0; bias != null && column < n; column++)
        {
            new Span<float>(transposed + ((nint)column * m), m).Fill(bias[column]);
        }

        ProductLadder.Run(n, m, k, b, a, transposed, m, null, continues: bias != null);
        Transpose(m, n, transposed, c, cStride);
    }

    /// <inheritdoc cref="SegmentedProduct{TKernel}.Run"/>
    public static void RunSegments(int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, float* c, nint cStride)
    {
        float* transposed = PackingScratch.Transposed(checked(m * n));
        ProductLadder.RunSegments(n, m, starts, b, a, transposed, m);
        Transpose(m, n, transposed, c, cStride);
    }

    private static void Transpose(int m, int n, float* transposed, float* c, nint cStride)
    {
        for (int row = 0; row < m; row++, c += cStride)
        {
            for (int column = 0; column < n; column++)
            {
                c[column] = transposed[((nint)column * m) + row];
            }
        }
    }
}
