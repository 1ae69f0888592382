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
    /// <inheritdoc cref="SparseTile.Run(int, int, ushort*, ushort*, float*, byte*, float*, in ChainEnds)"/>
    /// <param name="count">Pairs.</param>
    /// <param name="rows">Two of c for each pair.</param>
    /// <param name="lengths">Entries of each pair.</param>
    /// <param name="values">For each pair those of its first row, then, behind a gap (<see cref="SparseRows.PairGap"/>), those of its second.</param>
    /// <param name="places">One for each entry of a pair: its row in b.</param>
    public static bool Run(
        int columns, int count, ushort* rows, ushort* lengths, float* values, byte* places, float* b, in ChainEnds ends)
    {
        if (columns == SparseTile.Columns)
        {
            return Run<EightVectors>(count, rows, lengths, values, places, b, ends);
        }

        return Run<NineVectors>(count, rows, lengths, values, places, b, ends);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Run<TWidth>(
        int count, ushort* rows, ushort* lengths, float* values, byte* places, float* b, in ChainEnds ends)
        where TWidth : struct, ITileWidth
    {
        float* starts = ends.Start, stack = ends.Stack, results = ends.Result;
        nint startStride = ends.StartStride, resultStride = ends.ResultStride, level = ends.Level;
        int merges = ends.Merges;
        bool areFinal = ends.AreFinal;
        Vector512<int> lowest = Vector512<int>.Zero;
        Vector512<float> c8 = default, d8 = default;
        for (; count > 0; count--)
        {
            nint row = rows[0], second = rows[1];
            int length = lengths[0];
            float* start = starts + (row * startStride), secondStart = starts + (second * startStride);
            Vector512<float> c0 = Vector512.Load(start);
            Vector512<float> c1 = Vector512.Load(start + 16);
            Vector512<float> c2 = Vector512.Load(start + 32);
            Vector512<float> c3 = Vector512.Load(start + 48);
            Vector512<float> c4 = Vector512.Load(start + 64);
            Vector512<float> c5 = Vector512.Load(start + 80);
            Vector512<float> c6 = Vector512.Load(start + 96);
            Vector512<float> c7 = Vector512.Load(start + 112);
            if (TWidth.IsWide)
            {
                c8 = Vector512.Load(start + 128);
            }

            Vector512<float> d0 = Vector512.Load(secondStart);
            Vector512<float> d1 = Vector512.Load(secondStart + 16);
            Vector512<float> d2 = Vector512.Load(secondStart + 32);
            Vector512<float> d3 = Vector512.Load(secondStart + 48);
            Vector512<float> d4 = Vector512.Load(secondStart + 64);
            Vector512<float> d5 = Vector512.Load(secondStart + 80);
            Vector512<float> d6 = Vector512.Load(secondStart + 96);
            Vector512<float> d7 = Vector512.Load(secondStart + 112);
            if (TWidth.IsWide)
            {
                d8 = Vector512.Load(secondStart + 128);
            }

            float* end = values + length;
            nint secondValue = length + SparseRows.PairGap;
            for (; values < end; values++)
            {
                Vector512<float> a = Vector512.Create(*values), e = Vector512.Create(values[secondValue]);
                float* line = b + ((uint)*places++ * TWidth.Columns);
                Vector512<float> part = Vector512.Load(line);
                c0 = Vector512.FusedMultiplyAdd(a, part, c0);
                d0 = Vector512.FusedMultiplyAdd(e, part, d0);
                part = Vector512.Load(line + 16);
                c1 = Vector512.FusedMultiplyAdd(a, part, c1);
                d1 = Vector512.FusedMultiplyAdd(e, part, d1);
                part = Vector512.Load(line + 32);
                c2 = Vector512.FusedMultiplyAdd(a, part, c2);
                d2 = Vector512.FusedMultiplyAdd(e, part, d2);
                part = Vector512.Load(line + 48);
                c3 = Vector512.FusedMultiplyAdd(a, part, c3);
                d3 = Vector512.FusedMultiplyAdd(e, part, d3);
                part = Vector512.Load(line + 64);
                c4 = Vector512.FusedMultiplyAdd(a, part, c4);
                d4 = Vector512.FusedMultiplyAdd(e, part, d4);
                part = Vector512.Load(line + 80);
                c5 = Vector512.FusedMultiplyAdd(a, part, c5);
                d5 = Vector512.FusedMultiplyAdd(e, part, d5);
                part = Vector512.Load(line + 96);
                c6 = Vector512.FusedMultiplyAdd(a, part, c6);
                d6 = Vector512.FusedMultiplyAdd(e, part, d6);
                part = Vector512.Load(line + 112);
                c7 = Vector512.FusedMultiplyAdd(a, part, c7);
                d7 = Vector512.FusedMultiplyAdd(e, part, d7);
                if (TWidth.IsWide)
                {
                    part = Vector512.Load(line + 128);
                    c8 = Vector512.FusedMultiplyAdd(a, part, c8);
                    d8 = Vector512.FusedMultiplyAdd(e, part, d8);
                }
            }

            values = end + secondValue;
            float* top = stack + (row * TWidth.Columns), secondTop = stack + (second * TWidth.Columns);
            for (int left = merges; left > 0; left--, top -= level, secondTop -= level)
            {
                c0 = Vector512.Load(top) + c0;
                c1 = Vector512.Load(top + 16) + c1;
                c2 = Vector512.Load(top + 32) + c2;
                c3 = Vector512.Load(top + 48) + c3;
                c4 = Vector512.Load(top + 64) + c4;
                c5 = Vector512.Load(top + 80) + c5;
                c6 = Vector512.Load(top + 96) + c6;
                c7 = Vector512.Load(top + 112) + c7;
                if (TWidth.IsWide)
                {
                    c8 = Vector512.Load(top + 128) + c8;
                }

                d0 = Vector512.Load(secondTop) + d0;
                d1 = Vector512.Load(secondTop + 16) + d1;
                d2 = Vector512.Load(secondTop + 32) + d2;
                d3 = Vector512.Load(secondTop + 48) + d3;
                d4 = Vector512.Load(secondTop + 64) + d4;
                d5 = Vector512.Load(secondTop + 80) + d5;
                d6 = Vector512.Load(secondTop + 96) + d6;
                d7 = Vector512.Load(secondTop + 112) + d7;
                if (TWidth.IsWide)
                {
                    d8 = Vector512.Load(secondTop + 128) + d8;
                }
            }

            if (areFinal)
            {
                lowest = Vector512.Min(lowest, c0.AsInt32());
                lowest = Vector512.Min(lowest, c1.AsInt32());
                lowest = Vector512.Min(lowest, c2.AsInt32());
                lowest = Vector512.Min(lowest, c3.AsInt32());
                lowest = Vector512.Min(lowest, c4.AsInt32());
                lowest = Vector512.Min(lowest, c5.AsInt32());
                lowest = Vector512.Min(lowest, c6.AsInt32());
                lowest = Vector512.Min(lowest, c7.AsInt32());
                lowest = Vector512.Min(lowest, d0.AsInt32());
                lowest = Vector512.Min(lowest, d1.AsInt32());
                lowest = Vector512.Min(lowest, d2.AsInt32());
                lowest = Vector512.Min(lowest, d3.AsInt32());
                lowest = Vector512.Min(lowest, d4.AsInt32());
                lowest = Vector512.Min(lowest, d5.AsInt32());
                lowest = Vector512.Min(lowest, d6.AsInt32());
                lowest = Vector512.Min(lowest, d7.AsInt32());
                if (TWidth.IsWide)
                {
                    lowest = Vector512.Min(lowest, c8.AsInt32());
                    lowest = Vector512.Min(lowest, d8.AsInt32());
                }
            }

            float* c = results + (row * resultStride), d = results + (second * resultStride);
            c0.Store(c);
            c1.Store(c + 16);
            c2.Store(c + 32);
            c3.Store(c + 48);
            c4.Store(c + 64);
            c5.Store(c + 80);
            c6.Store(c + 96);
            c7.Store(c + 112);
            if (TWidth.IsWide)
            {
                c8.Store(c + 128);
            }

            d0.Store(d);
            d1.Store(d + 16);
            d2.Store(d + 32);
            d3.Store(d + 48);
            d4.Store(d + 64);
            d5.Store(d + 80);
            d6.Store(d + 96);
            d7.Store(d + 112);
            if (TWidth.IsWide)
            {
                d8.Store(d + 128);
            }
            rows += 2;
            lengths++;
        }

        return Vector512.EqualsAny(lowest, Vector512.Create(SparseGuard.NegativeZero));
    }
}
