using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>
/// One row of c at a time, eight or nine 512-bit accumulators wide, over the entries of a compressed row of a. Nine serve a
/// matrix of 8q + 1 vectors, as MNIST's 784 columns are.
/// </summary>
/// <remarks>
/// Every multiply-add reads its part of b from the first-level cache, and that bounds the speed: two loads a cycle at most. So
/// four entries come with one load of values and one of places.
/// </remarks>
internal static unsafe class SparseTile
{
    /// <summary>Columns of c, and of a panel of b.</summary>
    public const int Columns = 128;

    /// <summary>The same with one vector more.</summary>
    public const int WideColumns = Columns + 16;

    /// <summary>For each row: c = start, then c ← fma(a, b, c) over the row's entries, then c ← stack + c for each merge.</summary>
    /// <param name="columns"><see cref="Columns"/> or <see cref="WideColumns"/>; the width of b, of the stack and of c.</param>
    /// <param name="rows">Which rows of c, <paramref name="count"/> of them.</param>
    /// <param name="lengths">Entries of each row.</param>
    /// <param name="values">Of all rows, one after the other; readable for 3 more.</param>
    /// <param name="places">Of the values: their rows in b. Readable for 3 more.</param>
    /// <param name="b">Panel (k, columns), dense, aligned to a cache line.</param>
    /// <returns>Whether a final result is −0.</returns>
    public static bool Run(
        int columns, int count, ushort* rows, ushort* lengths, float* values, byte* places, float* b, in ChainEnds ends)
    {
        if (columns == Columns)
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
        Vector512<float> c8 = default;
        for (int i = 0; i < count; i++)
        {
            nint row = rows[i];
            int length = lengths[i];
            float* start = starts + (row * startStride);
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

            for (; length >= 4; length -= 4)
            {
                Vector512<float> four = Avx512F.BroadcastVector128ToVector512(values);
                uint fourPlaces = *(uint*)places;
                Vector512<float> a = Avx512F.Permute4x32(four, 0x00);
                float* line = b + ((byte)fourPlaces * TWidth.Columns);
                c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line), c0);
                c1 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 16), c1);
                c2 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 32), c2);
                c3 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 48), c3);
                c4 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 64), c4);
                c5 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 80), c5);
                c6 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 96), c6);
                c7 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 112), c7);
                if (TWidth.IsWide)
                {
                    c8 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 128), c8);
                }

                a = Avx512F.Permute4x32(four, 0x55);
                line = b + ((byte)(fourPlaces >> 8) * TWidth.Columns);
                c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line), c0);
                c1 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 16), c1);
                c2 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 32), c2);
                c3 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 48), c3);
                c4 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 64), c4);
                c5 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 80), c5);
                c6 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 96), c6);
                c7 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 112), c7);
                if (TWidth.IsWide)
                {
                    c8 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 128), c8);
                }

                a = Avx512F.Permute4x32(four, 0xAA);
                line = b + ((byte)(fourPlaces >> 16) * TWidth.Columns);
                c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line), c0);
                c1 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 16), c1);
                c2 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 32), c2);
                c3 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 48), c3);
                c4 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 64), c4);
                c5 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 80), c5);
                c6 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 96), c6);
                c7 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 112), c7);
                if (TWidth.IsWide)
                {
                    c8 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 128), c8);
                }

                a = Avx512F.Permute4x32(four, 0xFF);
                line = b + ((fourPlaces >> 24) * TWidth.Columns);
                c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line), c0);
                c1 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 16), c1);
                c2 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 32), c2);
                c3 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 48), c3);
                c4 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 64), c4);
                c5 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 80), c5);
                c6 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 96), c6);
                c7 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 112), c7);
                if (TWidth.IsWide)
                {
                    c8 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 128), c8);
                }

                values += 4;
                places += 4;
            }

            for (; length > 0; length--)
            {
                Vector512<float> a = Vector512.Create(*values++);
                float* line = b + ((uint)*places++ * TWidth.Columns);
                c0 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line), c0);
                c1 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 16), c1);
                c2 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 32), c2);
                c3 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 48), c3);
                c4 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 64), c4);
                c5 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 80), c5);
                c6 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 96), c6);
                c7 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 112), c7);
                if (TWidth.IsWide)
                {
                    c8 = Vector512.FusedMultiplyAdd(a, Vector512.Load(line + 128), c8);
                }
            }

            float* top = stack + (row * TWidth.Columns);
            for (int left = merges; left > 0; left--, top -= level)
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
                if (TWidth.IsWide)
                {
                    lowest = Vector512.Min(lowest, c8.AsInt32());
                }
            }

            float* c = results + (row * resultStride);
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
        }

        return Vector512.EqualsAny(lowest, Vector512.Create(SparseGuard.NegativeZero));
    }
}
