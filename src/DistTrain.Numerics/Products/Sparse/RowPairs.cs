using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
    /// Written: of each pair the steps in which one of its rows or both have an entry, then of each single row its entries.
    /// </param>
    /// <returns>Pairs.</returns>
    [SkipLocalsInit]
    public static int Choose(ReadOnlySpan<ulong> masks, Span<ushort> rows, Span<ushort> lengths)
    {
        Span<uint> pairs = stackalloc uint[RowsMost / 2];
        Span<ushort> singles = stackalloc ushort[RowsMost];
        Span<byte> lengthsOfPairs = stackalloc byte[RowsMost / 2], lengthsOfSingles = stackalloc byte[RowsMost];
        int count = Pair(masks, pairs, lengthsOfPairs, singles, lengthsOfSingles);
        int left = masks.Length - (2 * count);
        Sort<uint>(pairs[..count], lengthsOfPairs, MemoryMarshal.Cast<ushort, uint>(rows[..(2 * count)]), lengths);
        Sort<ushort>(singles[..left], lengthsOfSingles, rows[(2 * count)..], lengths[count..]);
        return count;
    }

    /// <param name="pairs">Written: a first row in the low half, the second in the high one.</param>
    /// <returns>Pairs; all other rows are single.</returns>
    private static int Pair(
        ReadOnlySpan<ulong> masks, Span<uint> pairs, Span<byte> lengthsOfPairs, Span<ushort> singles, Span<byte> lengthsOfSingles)
    {
        int pairCount = 0, singleCount = 0, waiting = WaitingNone, waitingLength = 0;
        ulong waitingMask = 0;
        for (int row = 0; row < masks.Length; row++)
        {
            ulong mask = masks[row];
            int length = BitOperations.PopCount(mask);
            if (waiting == WaitingNone)
            {
                (waiting, waitingMask, waitingLength) = (row, mask, length);
                continue;
            }

            int together = BitOperations.PopCount(mask | waitingMask);
            if (Pays(together, length + waitingLength))
            {
                pairs[pairCount] = (uint)waiting | ((uint)row << 16);
                lengthsOfPairs[pairCount++] = (byte)together;
                waiting = WaitingNone;
                continue;
            }

            bool goesOn = length <= waitingLength;
            singles[singleCount] = (ushort)(goesOn ? row : waiting);
            lengthsOfSingles[singleCount++] = (byte)(goesOn ? length : waitingLength);
            if (!goesOn)
            {
                (waiting, waitingMask, waitingLength) = (row, mask, length);
            }
        }

        if (waiting != WaitingNone)
        {
            singles[singleCount] = (ushort)waiting;
            lengthsOfSingles[singleCount] = (byte)waitingLength;
        }

        return pairCount;
    }

    /// <remarks>
    /// Measured: a step of a pair costs 1.6 entries of a single row, and a pair saves as much as 2 entries beside, as rows
    /// begin and end together.
    /// </remarks>
    private static bool Pays(int together, int apart) => together * 16 < (apart * 10) + 20;

    /// <summary>Sorts by length, by counting.</summary>
    private static void Sort<T>(ReadOnlySpan<T> items, ReadOnlySpan<byte> lengths, Span<T> sortedItems, Span<ushort> sortedLengths)
        where T : unmanaged
    {
        Span<int> next = stackalloc int[SparseRows.PieceMost + 2];
        next.Clear();
        for (int i = 0; i < items.Length; i++)
        {
            next[lengths[i] + 1]++;
        }

        for (int length = 1; length < next.Length; length++)
        {
            next[length] += next[length - 1];
        }

        for (int i = 0; i < items.Length; i++)
        {
            int at = next[lengths[i]]++;
            sortedLengths[at] = lengths[i];
            sortedItems[at] = items[i];
        }
    }

    private const int WaitingNone = -1;
}
