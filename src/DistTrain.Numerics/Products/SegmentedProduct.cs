using System.Numerics;

namespace DistTrain.Numerics.Products;

/// <summary>The driver of the form Tn: a product whose rows of k fall into segments that are added in tree order.</summary>
/// <remarks>
/// The tree is summed by a binary counter, inside the tile: the stack of partial sums before segment s has one tile for
/// each set bit of s; a finished segment is added to as many of them as s has trailing ones, the last segment to all.
/// The stack stays in the cache, so that the traffic of c is that of one product. The chain of a segment that is cut by
/// a k-block waits in the stack's next free tile.
/// </remarks>
internal static unsafe class SegmentedProduct<TKernel>
    where TKernel : struct, IMicroKernel
{
    private const int KBlock = 512;
    private const int RowBlock = 240;
    private const int ColumnBlock = 256;

    private static int TileSize => TKernel.Rows * TKernel.Columns;

    public static void Run(int m, int n, ReadOnlySpan<int> starts, float* a, float* b, float* c)
    {
        int k = starts[^1];
        float* packedA = PackingScratch.A(RoundUp(RowBlock, TKernel.Rows) * KBlock);
        float* packedB = PackingScratch.B(RoundUp(ColumnBlock, TKernel.Columns) * KBlock);
        int stackSize = (BitOperations.Log2((uint)starts.Length) + 2) * TileSize;
        bool isCut = k > KBlock;
        int stackCount = isCut
            ? (RoundUp(Math.Min(m, RowBlock), TKernel.Rows) * RoundUp(Math.Min(n, ColumnBlock), TKernel.Columns) / TileSize)
            : 1;
        float* tiles = PackingScratch.Tiles(checked((2 * TileSize) + (stackSize * stackCount)));
        new Span<float>(tiles, TileSize).Clear();
        for (int j = 0; j < n; j += ColumnBlock)
        {
            int columns = Math.Min(ColumnBlock, n - j);
            for (int i = 0; i < m; i += RowBlock)
            {
                int rows = Math.Min(RowBlock, m - i);
                int segment = 0, l = 0;
                do
                {
                    int kCount = Math.Min(KBlock, k - l);
                    if (isCut || i == 0)
                    {
                        PanelPacking.PackAlong(b + ((nint)l * n) + j, n, columns, kCount, TKernel.Columns, packedB);
                    }

                    PanelPacking.PackAlong(a + ((nint)l * m) + i, m, rows, kCount, TKernel.Rows, packedA);
                    var block = new Block(l, kCount, segment, tiles, isCut ? stackSize : 0);
                    segment = RunTiles(rows, columns, block, starts, packedA, packedB, c + ((nint)i * n) + j, n);
                    l += KBlock;
                }
                while (l < k);
            }
        }
    }

    /// <returns>The segment at which the next block begins.</returns>
    private static int RunTiles(
        int rows, int columns, Block block, ReadOnlySpan<int> starts, float* a, float* b, float* c, nint cStride)
    {
        int next = block.Segment;
        float* edge = block.Tiles + TileSize;
        float* stack = edge + TileSize;
        for (int j = 0; j < columns; j += TKernel.Columns, b += (nint)block.KCount * TKernel.Columns)
        {
            float* panel = a;
            for (int i = 0; i < rows; i += TKernel.Rows, panel += (nint)block.KCount * TKernel.Rows, stack += block.StackStep)
            {
                float* target = c + (i * cStride) + j;
                if (i + TKernel.Rows <= rows && j + TKernel.Columns <= columns)
                {
                    next = RunTile(block, starts, panel, b, stack, target, cStride);
                    continue;
                }

                next = RunTile(block, starts, panel, b, stack, edge, TKernel.Columns);
                if (next == starts.Length - 1)
                {
                    Tile.Copy(
                        edge, TKernel.Columns, target, cStride,
                        Math.Min(TKernel.Rows, rows - i), Math.Min(TKernel.Columns, columns - j));
                }
            }
        }

        return next;
    }

    private static int RunTile(
        in Block block, ReadOnlySpan<int> starts, float* a, float* b, float* stack, float* c, nint cStride)
    {
        int l = block.First, end = block.First + block.KCount, last = starts.Length - 2;
        for (int segment = block.Segment; ; segment++)
        {
            int pieceEnd = Math.Min(starts[segment + 1], end);
            bool continues = l > starts[segment], isCut = pieceEnd < starts[segment + 1];
            int depth = BitOperations.PopCount((uint)segment);
            int merges = isCut ? 0 : segment == last ? depth : BitOperations.TrailingZeroCount(~segment);
            float* top = stack + (depth * TileSize);
            bool isResult = segment == last && !isCut;
            TKernel.Run(
                pieceEnd - l, a + ((nint)(l - block.First) * TKernel.Rows),
                b + ((nint)(l - block.First) * TKernel.Columns), TKernel.Columns,
                continues ? top : block.Tiles, continues ? TKernel.Columns : 0,
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

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <param name="First">First row of k in the block.</param>
    /// <param name="Segment">The segment that row belongs to.</param>
    /// <param name="TilesAddress">A tile of zeros, a tile for edges, then the stacks.</param>
    /// <param name="StackStep">Floats between the stacks of two tiles; 0: one for all, no segment is cut.</param>
    private readonly record struct Block(int First, int KCount, int Segment, nint TilesAddress, int StackStep)
    {
        public Block(int first, int kCount, int segment, float* tiles, int stackStep)
            : this(first, kCount, segment, (nint)tiles, stackStep)
        {
        }

        public float* Tiles => (float*)TilesAddress;
    }
}
