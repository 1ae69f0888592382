using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Products;

/// <summary>The driver of the forms Nn and Nt: blocks of b are packed into panels, the kernel runs over tiles.</summary>
/// <remarks>
/// Loops as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008), with a tile's rows of a held
/// in the first-level cache and a block of b in the second. Rows of a that run along k are read where they lie: a step of a
/// tile then reads from as many lines as it has rows, each for 16 steps. Between k-blocks the tiles of c are stored and loaded
/// again, which does not round, so block sizes do not show in the bits.
/// </remarks>
internal static unsafe class BlockedProduct<TKernel>
    where TKernel : struct, IMicroKernel
{
    /// <summary>Long blocks of k spare c ways to memory; twelve rows of this length take 38 KiB of a first-level cache of 48.</summary>
    private const int KBlock = 800;

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
        int rowBlock = a.RunsAlongK ? Math.Max(1, m) : PanelPacking.Balanced(m, RowBlock, TKernel.Rows);
        bool isAKept = !a.RunsAlongK && n > columnBlock && PanelPacking.PackedLength(m, k, TKernel.RowStep) <= KeptALength;
        int packedRows = isAKept ? m : a.RunsAlongK ? TKernel.Rows : rowBlock;
        float* packedA = PackingScratch.A(PanelPacking.PackedLength(packedRows, isAKept ? k : kBlock, TKernel.RowStep));
        float* packedB = PackingScratch.B(PanelPacking.PackedLength(columnBlock, kBlock, TKernel.Columns));
        int zeroCount = Math.Max(columnBlock, kBlock);
        float* zeros = PackingScratch.Tiles(zeroCount + columnBlock + (TKernel.Rows * TKernel.Columns));
        float* tiles = zeros + zeroCount;
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
                var block = new Block(l, kCount, columns, packedB, l == 0 && !continues ? start : null, zeros, tiles + columnBlock);
                for (int i = 0; i < m; i += rowBlock)
                {
                    int rows = Math.Min(rowBlock, m - i);
                    float* target = c + (i * cStride) + j;
                    if (a.RunsAlongK)
                    {
                        RunRows(rows, a, block, packedA, target, cStride);
                        continue;
                    }

                    if (j == 0 || !isAKept)
                    {
                        a.Pack(i, rows, l, kCount, TKernel.Rows, TKernel.RowStep, nextA, zeros);
                    }

                    RunTiles(rows, nextA, 1, isPacked: true, block, target, cStride);
                    nextA += isAKept ? PanelPacking.PackedLength(rows, kCount, TKernel.RowStep) : 0;
                }

                l += kBlock;
            }
            while (l < k);
        }
    }

    /// <summary>Rows of a where they lie; those of a last tile that is not whole are packed.</summary>
    private static void RunRows(int rows, in Operand a, in Block block, float* packed, float* c, nint cStride)
    {
        int left = rows % TKernel.Rows;
        int inPlace = left % TKernel.RowStep == 0 ? rows : rows - left;
        RunTiles(inPlace, a.At(0, block.First), a.Stride, isPacked: false, block, c, cStride);
        if (inPlace < rows)
        {
            a.Pack(inPlace, left, block.First, block.KCount, TKernel.Rows, TKernel.RowStep, packed, block.Zeros);
            RunTiles(left, packed, 1, isPacked: true, block, c + (inPlace * cStride), cStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles(int rows, float* a, nint aStride, bool isPacked, in Block block, float* c, nint cStride)
    {
        int columns = block.Columns, kCount = block.KCount;
        float* start = block.Start, edge = block.Edge;
        for (int i = 0; i < rows; i += TKernel.Rows)
        {
            int tileRows = Math.Min(TKernel.Rows, rows - i);
            int panelRows = PanelPacking.RoundUp(tileRows, TKernel.RowStep);
            nint aStep = isPacked ? panelRows : 1;
            float* panel = block.Panels;
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
                        panelRows, kCount, a, aStride, aStep, panel, TKernel.Columns, start == null ? target : start + j,
                        start == null ? cStride : 0, null, 0, target, cStride);
                    continue;
                }

                if (start == null)
                {
                    Tile.Copy(target, cStride, edge, TKernel.Columns, tileRows, tileColumns);
                }

                TKernel.Run(
                    panelRows, kCount, a, aStride, aStep, panel, TKernel.Columns, start == null ? edge : start + j,
                    start == null ? TKernel.Columns : 0, null, 0, edge, TKernel.Columns);
                Tile.Copy(edge, TKernel.Columns, target, cStride, tileRows, tileColumns);
            }

            a += isPacked ? (nint)kCount * panelRows : TKernel.Rows * aStride;
            c += TKernel.Rows * cStride;
        }
    }

    /// <summary>A block of k and of columns, and the scratch that it works with.</summary>
    /// <param name="first">First step of k.</param>
    /// <param name="panels">Packed b.</param>
    /// <param name="start">One row of start values for the columns; null: the chains go on from c.</param>
    /// <param name="zeros">At least kCount.</param>
    /// <param name="edge">A tile.</param>
    private readonly struct Block(int first, int kCount, int columns, float* panels, float* start, float* zeros, float* edge)
    {
        public int First => first;

        public int KCount => kCount;

        public int Columns => columns;

        public float* Panels => panels;

        public float* Start => start;

        public float* Zeros => zeros;

        public float* Edge => edge;
    }
}
