using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>Two rows of c at a time, over the steps of k in which one of them or both have an entry.</summary>
/// <remarks>
/// A part of b that is read serves two multiply-adds, so that these bound the speed and not the loads. It pays where the rows
/// have most of their entries in the same steps (<see cref="RowPairs"/>).
/// </remarks>
internal static unsafe class SparsePairTile
{
    /// <inheritdoc cref="SparseTile.Run{TWidth}(int, ushort*, ushort*, float*, byte*, float*, in ChainEnds)"/>
    /// <param name="count">Pairs.</param>
    /// <param name="rows">Two of c for each pair.</param>
    /// <param name="lengths">Entries of each pair.</param>
    /// <param name="values">For each pair those of its first row, then, behind a gap (<see cref="SparseRows.PairGap"/>), those of its second.</param>
    /// <param name="places">One for each entry of a pair: its row in b.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run<TWidth>(
        int count, ushort* rows, ushort* lengths, float* values, byte* places, float* b, in ChainEnds ends)
        where TWidth : struct, ITileWidth
    {
        uint columns = 16 * (uint)TWidth.Vectors;
        float* starts = ends.Start, stack = ends.Stack, results = ends.Result;
        nint startStride = ends.StartStride, resultStride = ends.ResultStride, level = ends.Level;
        int merges = ends.Merges;
        bool areFinal = ends.AreFinal;
        Vector512<int> lowest = Vector512<int>.Zero;
        SparseAccumulators<TWidth> c = default, d = default;
        for (; count > 0; count--)
        {
            nint row = rows[0], second = rows[1];
            int length = lengths[0];
            c.Load(starts + (row * startStride));
            d.Load(starts + (second * startStride));
            float* end = values + length;
            nint secondValue = length + SparseRows.PairGap;
            for (; values < end; values++)
            {
                SparseAccumulators<TWidth>.MultiplyAdd(
                    Vector512.Create(*values), ref c, Vector512.Create(values[secondValue]), ref d, b + (*places++ * columns));
            }

            values = end + secondValue;
            float* top = stack + (row * columns), secondTop = stack + (second * columns);
            for (int left = merges; left > 0; left--, top -= level, secondTop -= level)
            {
                c.Add(top);
                d.Add(secondTop);
            }

            if (areFinal)
            {
                lowest = c.Lowest(lowest);
                lowest = d.Lowest(lowest);
            }

            c.Store(results + (row * resultStride));
            d.Store(results + (second * resultStride));
            rows += 2;
            lengths++;
        }

        return Vector512.EqualsAny(lowest, Vector512.Create(SparseGuard.NegativeZero));
    }
}
