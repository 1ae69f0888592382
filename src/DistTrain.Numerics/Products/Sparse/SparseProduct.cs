namespace DistTrain.Numerics.Products;

/// <summary>
/// Products that leave out the zeros of a: ReLU makes them in half of all activations and gradients, images have more. The
/// bits are those of the whole product, or there is no result (<see cref="SparseGuard"/>).
/// </summary>
/// <remarks>
/// Panels of b, 64 to 144 columns wide, are packed by pieces of 64 steps, which take turns in the first-level cache for many
/// rows of c. After Gong et al., "SparseTrain: Leveraging Dynamic Sparsity in Training DNNs on General-Purpose SIMD
/// Processors" (2020), with lists of entries instead of branches on masks: their end is the only branch that cannot be
/// foreseen. Rows whose entries fall on the same steps are worked on in pairs (<see cref="RowPairs"/>): a unit of a network
/// that is on is mostly on for many samples, and two samples of a kind turn on the same units.
/// </remarks>
internal static unsafe class SparseProduct
{
    /// <summary>Rows of c for which a piece of b stays in the cache.</summary>
    private const int RowBlock = RowPairs.RowsMost;

    /// <summary>Entries of a that are listed at a time, 5 bytes each.</summary>
    private const int EntriesMost = 1 << 20;

    /// <summary>Floats of c that are worked on at a time: with columns in turn, more would lie on too many pages of memory.</summary>
    private const int TargetMost = 1 << 20;

    /// <summary>Floats; 8 MiB. A b that fits is packed once, not again for every part of a.</summary>
    private const int KeptMost = 2 << 20;

    /// <param name="m">Rows of c.</param>
    /// <param name="n">Columns of c, as <see cref="TileColumns.Covered"/> says.</param>
    /// <param name="starts">First step of k of each segment, and k; at least one segment.</param>
    /// <param name="c">Overwritten, whatever comes back.</param>
    /// <param name="bias">Shape (n,), or null for zeros.</param>
    /// <param name="widest">Columns of the widest tile, a multiple of 16 from 96 to <see cref="TileColumns.Most"/>. Does not show in the bits.</param>
    /// <returns>False: c is of no use, the whole product must be computed.</returns>
    public static bool TryRun(
        int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, in SparseTarget c, float* bias,
        int widest)
    {
        int k = starts[^1];
        int rowsAtATime = Math.Min(m, Math.Max(RowBlock, Math.Min(EntriesMost / k, TargetMost / n) / RowBlock * RowBlock));
        bool isKept = m > rowsAtATime && (long)k * n <= KeptMost;
        SparseScratch scratch = SparseScratch.Of(
            rowsAtATime, RowBlock, widest, k, SegmentPieces.CountOf(starts, SparseRows.PieceMost),
            SegmentStack.DepthMost(starts), isKept ? k * n : (rowsAtATime > RowBlock ? k : SparseRows.PieceMost) * widest);
        for (int first = 0; first < m; first += rowsAtATime)
        {
            int rows = Math.Min(rowsAtATime, m - first);
            Compress(first, rows, starts, a, scratch);
            for (int j = 0; j < n;)
            {
                int columns = TileColumns.Next(n - j, widest);
                var panel = new SparsePanel
                {
                    Values = scratch.Panels + (isKept ? (nint)j * k : 0),
                    Columns = columns,
                    IsWhole = isKept || rows > RowBlock,
                    IsPacked = first > 0 && isKept,
                };
                if (!RunColumns(first, rows, j, starts, b, panel, c, bias == null ? scratch.Zeros : bias + j, scratch))
                {
                    return false;
                }

                j += columns;
            }
        }

        return true;
    }

    private static void Compress(int first, int rows, ReadOnlySpan<int> starts, in Operand a, in SparseScratch scratch)
    {
        SparseLists* lists = scratch.Lists;
        SparseRoom room = scratch.Room;
        for (int block = 0; block < rows; block += RowBlock)
        {
            int blockRows = Math.Min(RowBlock, rows - block);
            var piece = new SegmentPieces(starts, SparseRows.PieceMost);
            while (piece.MoveNext())
            {
                *lists++ = SparseRows.Compress(
                    a, first + block, blockRows, piece.First, piece.Count, ref room, scratch.Copies, scratch.Masks);
            }
        }
    }

    private static bool RunColumns(
        int first, int rows, int column, ReadOnlySpan<int> starts, in Operand b, in SparsePanel panel, in SparseTarget c,
        float* start, in SparseScratch scratch)
    {
        int columns = panel.Columns;
        SparseLists* lists = scratch.Lists;
        for (int block = 0; block < rows; block += RowBlock)
        {
            int blockRows = Math.Min(RowBlock, rows - block);
            float* result = c.Place(first + block, column, columns, scratch.Result, out nint resultStride);
            nint level = (nint)RowBlock * columns;
            var piece = new SegmentPieces(starts, SparseRows.PieceMost);
            while (piece.MoveNext())
            {
                if (panel.IsPacked || block > 0)
                {
                    panel.Prefetch(piece);
                }
                else if (!panel.TryPack(b, column, piece, scratch.Zeros))
                {
                    return false;
                }

                float* top = scratch.Stack + (piece.Depth * level);
                var ends = new ChainEnds
                {
                    Start = piece.Continues ? top : start,
                    StartStride = piece.Continues ? columns : 0,
                    Stack = top - level,
                    Merges = piece.Merges,
                    Level = level,
                    Result = piece.IsLast ? result : top - (piece.Merges * level),
                    ResultStride = piece.IsLast ? resultStride : columns,
                    AreFinal = piece.IsLast,
                };
                if (RunTiles(columns / 16, *lists++, panel.Piece(piece), ends))
                {
                    return false;
                }
            }

            c.Finish(first + block, column, blockRows, columns, result);
        }

        return true;
    }

    /// <summary>Runs the tiles over a piece.</summary>
    /// <returns>Whether a final result is −0.</returns>
    private static bool RunTiles(int vectors, in SparseLists lists, float* panel, in ChainEnds ends) => vectors switch
    {
        4 => RunTiles<FourVectors>(lists, panel, ends),
        5 => RunTiles<FiveVectors>(lists, panel, ends),
        6 => RunTiles<SixVectors>(lists, panel, ends),
        7 => RunTiles<SevenVectors>(lists, panel, ends),
        8 => RunTiles<EightVectors>(lists, panel, ends),
        _ => RunTiles<NineVectors>(lists, panel, ends),
    };

    private static bool RunTiles<TWidth>(in SparseLists lists, float* panel, in ChainEnds ends)
        where TWidth : struct, ITileWidth
    {
        int paired = 2 * lists.PairCount;
        return SparsePairTile.Run<TWidth>(
                lists.PairCount, lists.Rows, lists.Lengths, lists.PairValues, lists.PairPlaces, panel, ends)
            | SparseTile.Run<TWidth>(
                lists.RowCount - paired, lists.Rows + paired, lists.Lengths + lists.PairCount, lists.SingleValues,
                lists.SinglePlaces, panel, ends);
    }
}
