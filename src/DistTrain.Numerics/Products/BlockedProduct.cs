namespace DistTrain.Numerics.Products;

/// <summary>The driver of the forms Nn and Nt: blocks of a and b are packed into panels, the kernel runs over tiles.</summary>
/// <remarks>
/// Loops as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008). Between k-blocks the
/// tiles of c are stored and loaded again, which does not round, so block sizes do not show in the bits.
/// </remarks>
internal static unsafe class BlockedProduct<TKernel>
    where TKernel : struct, IMicroKernel
{
    private const int KBlock = 384;
    private const int RowBlock = 240;
    private const int ColumnBlock = 512;

    /// <param name="bRunsAlongK">Rows of b run along k: b has the shape (n, k); otherwise (k, n).</param>
    /// <param name="bias">Shape (n,), or null for zeros.</param>
    public static void Run(int m, int n, int k, float* a, float* b, bool bRunsAlongK, float* c, float* bias)
    {
        float* packedA = PackingScratch.A(RowBlock * KBlock);
        float* packedB = PackingScratch.B(ColumnBlock * KBlock);
        float* tiles = PackingScratch.Tiles(ColumnBlock + (TKernel.Rows * TKernel.Columns));
        for (int j = 0; j < n; j += ColumnBlock)
        {
            int columns = Math.Min(ColumnBlock, n - j);
            StartRow(bias == null ? null : bias + j, columns, tiles);
            int l = 0;
            do
            {
                int kCount = Math.Min(KBlock, k - l);
                if (bRunsAlongK)
                {
                    PanelPacking.PackAcross(b + ((nint)j * k) + l, k, columns, kCount, TKernel.Columns, packedB);
                }
                else
                {
                    PanelPacking.PackAlong(b + ((nint)l * n) + j, n, columns, kCount, TKernel.Columns, packedB);
                }

                for (int i = 0; i < m; i += RowBlock)
                {
                    int rows = Math.Min(RowBlock, m - i);
                    PanelPacking.PackAcross(a + ((nint)i * k) + l, k, rows, kCount, TKernel.Rows, packedA);
                    RunTiles(rows, columns, kCount, packedA, packedB, l == 0, tiles, c + ((nint)i * n) + j, n);
                }

                l += KBlock;
            }
            while (l < k);
        }
    }

    private static void StartRow(float* bias, int columns, float* row)
    {
        new Span<float>(row, ColumnBlock).Clear();
        if (bias != null)
        {
            new ReadOnlySpan<float>(bias, columns).CopyTo(new Span<float>(row, ColumnBlock));
        }
    }

    private static void RunTiles(
        int rows, int columns, int kCount, float* a, float* b, bool isFirst, float* tiles, float* c, nint cStride)
    {
        float* edge = tiles + ColumnBlock;
        for (int j = 0; j < columns; j += TKernel.Columns, b += (nint)kCount * TKernel.Columns)
        {
            float* panel = a;
            for (int i = 0; i < rows; i += TKernel.Rows, panel += (nint)kCount * TKernel.Rows)
            {
                float* target = c + (i * cStride) + j;
                if (i + TKernel.Rows <= rows && j + TKernel.Columns <= columns)
                {
                    TKernel.Run(
                        kCount, panel, b, TKernel.Columns, isFirst ? tiles + j : target, isFirst ? 0 : cStride,
                        null, 0, target, cStride);
                    continue;
                }

                int tileRows = Math.Min(TKernel.Rows, rows - i), tileColumns = Math.Min(TKernel.Columns, columns - j);
                if (!isFirst)
                {
                    Tile.Copy(target, cStride, edge, TKernel.Columns, tileRows, tileColumns);
                }

                TKernel.Run(
                    kCount, panel, b, TKernel.Columns, isFirst ? tiles + j : edge, isFirst ? 0 : TKernel.Columns,
                    null, 0, edge, TKernel.Columns);
                Tile.Copy(edge, TKernel.Columns, target, cStride, tileRows, tileColumns);
            }
        }
    }
}
