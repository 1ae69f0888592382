using System.Numerics;
using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Products;

/// <summary>Which rows of a piece are worked on in pairs (<see cref="SparsePairTile"/>), which alone, and in which order.</summary>
internal static class RowPairs
{
    public const int RowsMost = 512;

    /// <summary>
    /// Goes through the rows in order. A row waits until one comes that it pays to pair it with; of two that do not fit, the
    /// one with more entries waits on. Then pairs and single rows of equal lengths come together, so that the processor
    /// foresees where their entries end.
    /// </summary>
    /// <param name="masks">Bit l of a row's mask: it has an entry at step l. At most <see cref="RowsMost"/>.</param>
    /// <param name="rows">Written: all rows' numbers, both rows of each pair, then the single rows.</param>
    /// <param name="lengths">
    /// Written: at a pair's first row the steps in which one of them or both have an entry; a single row's entries.
    /// </param>
    /// <returns>Pairs.</returns>
    [SkipLocalsInit]
    public static int Choose(ReadOnlySpan<ulong> masks, Span<ushort> rows, Span<ushort> lengths)
    {
        Span<ushort> chosenRows = stackalloc ushort[RowsMost], chosenLengths = stackalloc ushort[RowsMost];
        chosenRows = chosenRows[..masks.Length];
        chosenLengths = chosenLengths[..masks.Length];
        int paired = 2 * Pair(masks, chosenRows, chosenLengths);
        Sort(2, chosenRows[..paired], chosenLengths[..paired], rows, lengths);
        Sort(1, chosenRows[paired..], chosenLengths[paired..], rows[paired..], lengths[paired..]);
        return paired / 2;
    }

    /// <returns>Pairs; they come first, single rows last.</returns>
    private static int Pair(ReadOnlySpan<ulong> masks, Span<ushort> rows, Span<ushort> lengths)
    {
        int paired = 0, end = masks.Length, waiting = WaitingNone;
        for (int row = 0; row < masks.Length; row++)
        {
            if (waiting == WaitingNone)
            {
                waiting = row;
                continue;
            }

            int count = BitOperations.PopCount(masks[row]), waitingCount = BitOperations.PopCount(masks[waiting]);
            int together = BitOperations.PopCount(masks[row] | masks[waiting]);
            if (Pays(together, count + waitingCount))
            {
                rows[paired] = (ushort)waiting;
                rows[paired + 1] = (ushort)row;
                lengths[paired] = (ushort)together;
                paired += 2;
                waiting = WaitingNone;
                continue;
            }

            rows[--end] = (ushort)(count > waitingCount ? waiting : row);
            lengths[end] = (ushort)Math.Min(count, waitingCount);
            waiting = count > waitingCount ? row : waiting;
        }

        if (waiting != WaitingNone)
        {
            rows[--end] = (ushort)waiting;
            lengths[end] = (ushort)BitOperations.PopCount(masks[waiting]);
        }

        return paired / 2;
    }

    /// <remarks>
    /// Measured: a step of a pair costs 1.6 entries of a single row, and a pair saves as much as 2 entries beside, as rows
    /// begin and end together.
    /// </remarks>
    private static bool Pays(int together, int apart) => together * 16 < (apart * 10) + 20;

    /// <summary>Sorts by length, by counting.</summary>
    /// <param name="width">Rows that belong together; the first one's length counts.</param>
    private static void Sort(
        int width, ReadOnlySpan<ushort> rows, ReadOnlySpan<ushort> lengths, Span<ushort> sortedRows, Span<ushort> sortedLengths)
    {
        Span<int> next = stackalloc int[SparseRows.PieceMost + 2];
        next.Clear();
        for (int i = 0; i < lengths.Length; i += width)
        {
            next[lengths[i] + 1] += width;
        }

        for (int length = 1; length < next.Length; length++)
        {
            next[length] += next[length - 1];
        }

        for (int i = 0; i < lengths.Length; i += width)
        {
            int at = next[lengths[i]];
            next[lengths[i]] += width;
            sortedLengths[at] = lengths[i];
            rows.Slice(i, width).CopyTo(sortedRows[at..]);
        }
    }

    private const int WaitingNone = -1;
}
