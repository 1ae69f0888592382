using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Products;

/// <summary>The driver of the forms Nn and Nt: blocks of a and b are packed into panels, the kernel runs over tiles.</summary>
/// <remarks>
/// Loops as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008), with a panel of a held
/// in the first-level cache and a block of b in the second. Between k-blocks the tiles of c are stored and loaded again,
/// which does not round, so block sizes do not show in the bits.
/// </remarks>
internal static unsafe class BlockedProduct<TKernel>
    where TKernel : struct, IMicroKernel
{
    /// <summary>Short blocks of k leave room for many columns of b, and so for more tiles of each panel of a.</summary>
    private const int KBlock = 192;

    private const int RowBlock = 96;

    /// <summary>Floats; 768 KiB of a second-level cache of 1 MiB.</summary>
    private const int BlockLength = 192 << 10;

    /// <summary>Floats; 8 MiB. An a that fits is packed once, not again for every block of b.</summary>
    private const int KeptALength = 2 << 20;

    /// <param name="cStride">Floats from row to row of c.</param>
    /// <param name="bias">Shape (n,), or null for zeros.</param>
    /// <param name="continues">The chains go on from c; no bias.</param>
    public static void Run(
        int m, int n, int k, in Operand a, in Operand b, float* c, nint cStride, float* bias, bool continues = false)
    {
        int kBlock = PanelPacking.Balanced(k, KBlock, 4);
        int columnBlock = PanelPacking.Balanced(n, Math.Max(TKernel.Columns, BlockLength / kBlock), TKernel.Columns);
        int rowBlock = PanelPacking.Balanced(m, RowBlock, TKernel.Rows);
        bool isAKept = n > columnBlock && PanelPacking.PackedLength(m, k, TKernel.RowStep) <= KeptALength;
        float* packedA = PackingScratch.A(PanelPacking.PackedLength(isAKept ? m : rowBlock, isAKept ? k : kBlock, TKernel.RowStep));
        float* packedB = PackingScratch.B(PanelPacking.PackedLength(columnBlock, kBlock, TKernel.Columns));
        int zeroCount = Math.Max(columnBlock, kBlock);
        float* zeros = PackingScratch.Tiles(zeroCount + columnBlock + (TKernel.Rows * TKernel.Columns));
        float* tiles = zeros + zeroCount;
        float* edge = tiles + columnBlock;
        new Span<float>(zeros, zeroCount).Clear();
        for (int j = 0; j < n; j += columnBlock)
        {
            int columns = Math.Min(columnBlock, n - j);
            float* start = zeros;
            if (bias != null)
            {
                start = tiles;
                new ReadOnlySpan<float>(bias + j, columns).CopyTo(new Span<float>(tiles, columnBlock));
            }

            float* nextA = packedA;
            int l = 0;
            do
            {
                int kCount = Math.Min(kBlock, k - l);
                b.Pack(j, columns, l, kCount, TKernel.Columns, TKernel.Columns, packedB, zeros);
                for (int i = 0; i < m; i += rowBlock)
                {
                    int rows = Math.Min(rowBlock, m - i);
                    if (j == 0 || !isAKept)
                    {
                        a.Pack(i, rows, l, kCount, TKernel.Rows, TKernel.RowStep, nextA, zeros);
                    }

                    RunTiles(
                        rows, columns, kCount, nextA, packedB, l == 0 && !continues ? start : null, edge, c + (i * cStride) + j, cStride);
                    nextA += isAKept ? PanelPacking.PackedLength(rows, kCount, TKernel.RowStep) : 0;
                }

                l += kBlock;
            }
            while (l < k);
        }
    }

    /// <param name="start">One row of start values for the columns of the block; null: the chains go on from c.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles(
        int rows, int columns, int kCount, float* a, float* b, float* start, float* edge, float* c, nint cStride)
    {
        for (int i = 0; i < rows; i += TKernel.Rows)
        {
            int tileRows = Math.Min(TKernel.Rows, rows - i);
            int panelRows = PanelPacking.RoundUp(tileRows, TKernel.RowStep);
            float* panel = b;
            for (int j = 0; j < columns; j += TKernel.Columns, panel += (nint)kCount * TKernel.Columns)
            {
                int tileColumns = Math.Min(TKernel.Columns, columns - j);
                float* target = c + j;
                if (tileRows == panelRows && tileColumns == TKernel.Columns)
                {
                    if (j + TKernel.Columns < columns)
                    {
                        Tile.Prefetch(target + TKernel.Columns, cStride, panelRows, TKernel.Columns);
                    }

                    TKernel.Run(
                        panelRows, kCount, a, panel, TKernel.Columns, start == null ? target : start + j,
                        start == null ? cStride : 0, null, 0, target, cStride);
                    continue;
                }

                if (start == null)
                {
                    Tile.Copy(target, cStride, edge, TKernel.Columns, tileRows, tileColumns);
                }

                TKernel.Run(
                    panelRows, kCount, a, panel, TKernel.Columns, start == null ? edge : start + j,
                    start == null ? TKernel.Columns : 0, null, 0, edge, TKernel.Columns);
                Tile.Copy(edge, TKernel.Columns, target, cStride, tileRows, tileColumns);
            }

            a += (nint)kCount * panelRows;
            c += TKernel.Rows * cStride;
        }
    }
}
