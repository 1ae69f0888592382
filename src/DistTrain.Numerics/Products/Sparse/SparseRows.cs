using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Compresses rows of a: the values that are not zero, and where they stand. Needs AVX-512.</summary>
internal static unsafe class SparseRows
{
    /// <summary>Steps of k in a piece; so many rows of a panel of b take two thirds of a first-level cache of 48 KiB.</summary>
    public const int PieceMost = 64;

    /// <summary>Values and places that may be written behind the last entry.</summary>
    public const int Slack = 16;

    /// <summary>Compresses one piece of k for some rows of a.</summary>
    /// <param name="a">(m, k) or (k, m), as it lies in memory.</param>
    /// <param name="piece">Steps of k, at most <see cref="PieceMost"/>.</param>
    /// <param name="counts">Of entries, one for each row.</param>
    /// <param name="values">Row after row, ascending in k; room for rows · piece and <see cref="Slack"/>.</param>
    /// <param name="places">Of each value: its step of k within the piece, its row in a panel of b.</param>
    /// <param name="scratch">16 · <see cref="PieceMost"/> floats.</param>
    /// <returns>Entries written.</returns>
    public static int Compress(
        in Operand a, int first, int rows, int k, int piece, int* counts, float* values, ushort* places, float* scratch)
    {
        int entries = 0;
        for (int row = 0; row < rows; row += 16)
        {
            int count = Math.Min(16, rows - row);
            float* source = a.Rows(first + row, count, k, piece, scratch, PieceMost, out nint stride);
            entries += Compress(source, stride, count, piece, counts + row, values + entries, places + entries);
        }

        return entries;
    }

    /// <param name="source">Rows <paramref name="stride"/> floats apart; behind the piece zeros, up to a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Compress(float* source, nint stride, int rows, int piece, int* counts, float* values, ushort* places)
    {
        int entries = 0;
        for (int row = 0; row < rows; row++, source += stride)
        {
            int before = entries;
            Vector512<int> currentPlaces = Vector512<int>.Indices;
            for (int k = 0; k < piece; k += 16)
            {
                Vector512<float> current = Vector512.Load(source + k);
                Vector512<float> keep = ~Vector512.Equals(current, Vector512<float>.Zero);
                Avx512F.Compress(Vector512<float>.Zero, keep, current).Store(values + entries);
                Avx512F.ConvertToVector256UInt16(Avx512F.Compress(Vector512<int>.Zero, keep.AsInt32(), currentPlaces))
                    .Store(places + entries);
                entries += BitOperations.PopCount(keep.ExtractMostSignificantBits());
                currentPlaces += Vector512.Create(16);
            }

            counts[row] = entries - before;
        }

        return entries;
    }
}
