using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Products;

/// <summary>The driver of the form Tn: a product whose rows of k fall into segments that are added in tree order.</summary>
/// <remarks>
/// The tree is summed inside the tile, on a stack of tiles (<see cref="SegmentStack"/>). The stack stays in the cache, so that the traffic of c is that of one product. The chain of a segment that is cut by
/// a k-block waits in the stack's next free tile.
/// </remarks>
internal static unsafe class SegmentedProduct<TKernel>
    where TKernel : struct, IMicroKernel
{
    private const int KBlock = 512;
    private const int RowBlock = 96;

    /// <summary>Floats; 768 KiB of a second-level cache of 1 MiB.</summary>
    private const int BlockLength = 192 << 10;

    /// <summary>Floats; 8 MiB. An a that fits is packed once, not again for every block of b.</summary>
    private const int KeptALength = 2 << 20;

    public static int TileSize => TKernel.Rows * TKernel.Columns;

    /// <param name="starts">At least two segments.</param>
    /// <param name="a">(K, m) or (m, K).</param>
    /// <param name="b">(K, n) or (n, K).</param>
    /// <param name="cStride">Floats from row to row of c.</param>
    public static void Run(int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, float* c, nint cStride)
    {
        int k = starts[^1];
        int kBlock = PanelPacking.Balanced(k, KBlock, 4);
        int columnBlock = PanelPacking.Balanced(n, Math.Max(TKernel.Columns, BlockLength / kBlock), TKernel.Columns);
        int rowBlock = PanelPacking.Balanced(m, RowBlock, TKernel.Rows);
        bool isAKept = n > columnBlock && PanelPacking.PackedLength(m, k, TKernel.RowStep) <= KeptALength;
        float* packedA = PackingScratch.A(
            PanelPacking.PackedLength(isAKept ? m : rowBlock, isAKept ? k : kBlock, TKernel.RowStep));
        float* packedB = PackingScratch.B(PanelPacking.PackedLength(columnBlock, kBlock, TKernel.Columns));
        int stackLength = StackLength(starts);
        int waitingLength = k <= kBlock ? 0 : stackLength;
        int tileCount = PanelPacking.RoundUp(m, TKernel.Rows) / TKernel.Rows * (columnBlock / TKernel.Columns);
        float* zeros = PackingScratch.Tiles(checked(kBlock + (2 * TileSize) + stackLength + (waitingLength * tileCount)));
        new Span<float>(zeros, kBlock + TileSize).Clear();
        float* tiles = zeros + kBlock;
        for (int j = 0; j < n; j += columnBlock)
        {
            int columns = Math.Min(columnBlock, n - j);
            float* nextA = packedA;
            int segment = 0, l = 0;
            do
            {
                var block = new Block(l, Math.Min(kBlock, k - l), segment, tiles, waitingLength);
                b.Pack(j, columns, l, block.KCount, TKernel.Columns, TKernel.Columns, packedB, zeros);
                float* waiting = block.Stack + stackLength;
                for (int i = 0; i < m; i += rowBlock)
                {
                    int rows = Math.Min(rowBlock, m - i);
                    if (j == 0 || !isAKept)
                    {
                        a.Pack(i, rows, l, block.KCount, TKernel.Rows, TKernel.RowStep, nextA, zeros);
                    }

                    segment = RunTiles(rows, columns, block, starts, nextA, packedB, waiting, c + (i * cStride) + j, cStride);
                    nextA += isAKept ? PanelPacking.PackedLength(rows, block.KCount, TKernel.RowStep) : 0;
                    waiting += (nint)waitingLength * (rowBlock / TKernel.Rows) * (columnBlock / TKernel.Columns);
                }

                l += kBlock;
            }
            while (l < k);
        }
    }

    /// <summary>Floats of a tile's stack: the most partial sums that a binary counter holds, and one under way.</summary>
    public static int StackLength(ReadOnlySpan<int> starts) => SegmentStack.DepthMost(starts) * TileSize;

    /// <param name="waiting">The stacks of the block's tiles, where they wait for the next k-block.</param>
    /// <returns>The segment at which the next block begins.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int RunTiles(
        int rows, int columns, in Block block, ReadOnlySpan<int> starts, float* a, float* b, float* waiting,
        float* c, nint cStride)
    {
        int next = block.Segment;
        for (int i = 0; i < rows; i += TKernel.Rows)
        {
            int tileRows = Math.Min(TKernel.Rows, rows - i);
            int panelRows = PanelPacking.RoundUp(tileRows, TKernel.RowStep);
            float* panel = b;
            for (int j = 0; j < columns; j += TKernel.Columns)
            {
                int tileColumns = Math.Min(TKernel.Columns, columns - j);
                if (block.WaitingLength > 0 && block.First > 0)
                {
                    CopyStack(waiting, block.Stack, block.First, block.Segment, starts);
                }

                if (tileRows == panelRows && tileColumns == TKernel.Columns)
                {
                    next = RunTile(block, starts, panelRows, a, panel, c + j, cStride);
                }
                else
                {
                    next = RunTile(block, starts, panelRows, a, panel, block.Edge, TKernel.Columns);
                    if (next == starts.Length - 1)
                    {
                        Tile.Copy(block.Edge, TKernel.Columns, c + j, cStride, tileRows, tileColumns);
                    }
                }

                if (block.WaitingLength > 0 && next < starts.Length - 1)
                {
                    CopyStack(block.Stack, waiting, block.First + block.KCount, next, starts);
                }

                panel += (nint)block.KCount * TKernel.Columns;
                waiting += block.WaitingLength;
            }

            a += (nint)block.KCount * panelRows;
            c += TKernel.Rows * cStride;
        }

        return next;
    }

    /// <summary>Copies the tiles that are in use before row <paramref name="row"/>, which belongs to the segment.</summary>
    private static void CopyStack(float* source, float* target, int row, int segment, ReadOnlySpan<int> starts)
    {
        int depth = SegmentStack.Depth(segment) + (row > starts[segment] ? 1 : 0);
        new ReadOnlySpan<float>(source, depth * TileSize).CopyTo(new Span<float>(target, depth * TileSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RunTile(
        in Block block, ReadOnlySpan<int> starts, int rows, float* a, float* b, float* c, nint cStride)
    {
        int l = block.First, end = block.First + block.KCount, last = starts.Length - 2;
        for (int segment = block.Segment; ; segment++)
        {
            int pieceEnd = Math.Min(starts[segment + 1], end);
            bool continues = l > starts[segment], isCut = pieceEnd < starts[segment + 1];
            int depth = SegmentStack.Depth(segment);
            int merges = isCut ? 0 : SegmentStack.Merges(segment, segment == last);
            float* top = block.Stack + (depth * TileSize);
            bool isResult = segment == last && !isCut;
            TKernel.Run(
                rows, pieceEnd - l, a + ((nint)(l - block.First) * rows), 1, rows,
                b + ((nint)(l - block.First) * TKernel.Columns), TKernel.Columns,
                continues ? top : block.Zeros, continues ? TKernel.Columns : 0,
                top - TileSize, merges,
                isResult ? c : top - (merges * TileSize), isResult ? cStride : TKernel.Columns);
            l = pieceEnd;
            if (isResult)
            {
                return segment + 1;
            }

            if (isCut)
            {
                return segment;
            }
        }
    }

    /// <summary>A block of k and the scratch tiles that it works with.</summary>
    /// <param name="first">First row of k in the block.</param>
    /// <param name="segment">The segment that row belongs to.</param>
    /// <param name="tiles">A tile of zeros, a tile for edges, then the stack.</param>
    /// <param name="waitingLength">Floats that a tile's stack takes between blocks; 0: there is one block.</param>
    internal readonly struct Block(int first, int kCount, int segment, float* tiles, int waitingLength)
    {
        public int First => first;

        public int KCount => kCount;

        public int Segment => segment;

        public int WaitingLength => waitingLength;

        public float* Zeros => tiles;

        public float* Edge => tiles + TileSize;

        public float* Stack => tiles + (2 * TileSize);
    }
}
