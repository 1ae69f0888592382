using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>One row of c at a time, four to nine 512-bit accumulators wide, over the entries of a compressed row of a.</summary>
/// <remarks>
/// Every multiply-add reads its part of b from the first-level cache, and that bounds the speed: two loads a cycle at most. So
/// four entries come with one load of values and one of places.
/// </remarks>
internal static unsafe class SparseTile
{
    /// <summary>For each row: c = start, then c ← fma(a, b, c) over the row's entries, then c ← stack + c for each merge.</summary>
    /// <typeparam name="TWidth">The width of b, of the stack and of c.</typeparam>
    /// <param name="rows">Which rows of c, <paramref name="count"/> of them.</param>
    /// <param name="lengths">Entries of each row.</param>
    /// <param name="values">Of all rows, one after the other; readable for 3 more.</param>
    /// <param name="places">Of the values: their rows in b. Readable for 3 more.</param>
    /// <param name="b">Panel (k, columns), dense, aligned to a cache line.</param>
    /// <returns>Whether a final result is −0.</returns>
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
        SparseAccumulators<TWidth> c = default;
        for (int i = 0; i < count; i++)
        {
            nint row = rows[i];
            int length = lengths[i];
            c.Load(starts + (row * startStride));
            for (; length >= 4; length -= 4)
            {
                Vector512<float> four = Avx512F.BroadcastVector128ToVector512(values);
                uint fourPlaces = *(uint*)places;
                c.MultiplyAdd(Avx512F.Permute4x32(four, 0x00), b + ((byte)fourPlaces * columns));
                c.MultiplyAdd(Avx512F.Permute4x32(four, 0x55), b + ((byte)(fourPlaces >> 8) * columns));
                c.MultiplyAdd(Avx512F.Permute4x32(four, 0xAA), b + ((byte)(fourPlaces >> 16) * columns));
                c.MultiplyAdd(Avx512F.Permute4x32(four, 0xFF), b + ((fourPlaces >> 24) * columns));
                values += 4;
                places += 4;
            }

            for (; length > 0; length--)
            {
                c.MultiplyAdd(Vector512.Create(*values++), b + (*places++ * columns));
            }

            float* top = stack + (row * columns);
            for (int left = merges; left > 0; left--, top -= level)
            {
                c.Add(top);
            }

            if (areFinal)
            {
                lowest = c.Lowest(lowest);
            }

            c.Store(results + (row * resultStride));
        }

        return Vector512.EqualsAny(lowest, Vector512.Create(SparseGuard.NegativeZero));
    }
}
