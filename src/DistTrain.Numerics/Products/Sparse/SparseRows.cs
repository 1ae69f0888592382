using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Compresses rows of a: the values that are not zero, and where they stand. Needs AVX-512.</summary>
internal static unsafe class SparseRows
{
    /// <summary>Steps of k in a piece, the bits of a mask; <see cref="TileColumns"/> makes so many rows of a panel of b fit the cache.</summary>
    public const int PieceMost = 64;

    /// <summary>Floats from behind a pair's first row's values to its second row's: so many may be written behind the last entry.</summary>
    public const int PairGap = 16;

    /// <summary>Compresses one piece of k for a block of rows.</summary>
    /// <param name="a">(m, k) or (k, m), as it lies in memory.</param>
    /// <param name="piece">Steps of k, at most <see cref="PieceMost"/>.</param>
    /// <param name="room">Where the lists go (<see cref="SparseRoom"/>); moved behind them.</param>
    /// <param name="copies">rows · <see cref="PieceMost"/> floats of scratch.</param>
    /// <param name="masks">One for each row, scratch.</param>
    public static SparseLists Compress(
        in Operand a, int first, int rows, int k, int piece, ref SparseRoom room, float* copies, ulong* masks)
    {
        float* source = a.Rows(first, rows, k, piece, copies, PieceMost, out nint stride);
        Mark(source, stride, rows, piece, masks);
        ushort* order = room.Rows, lengths = room.Lengths;
        int pairs = RowPairs.Choose(
            new ReadOnlySpan<ulong>(masks, rows), new Span<ushort>(order, rows), new Span<ushort>(lengths, rows));
        float* values = room.Values;
        byte* places = room.Places;
        for (int pair = 0; pair < pairs; pair++)
        {
            int one = order[2 * pair], second = order[(2 * pair) + 1];
            float* secondValues = values + lengths[pair] + PairGap;
            CompressPair(
                source + (one * stride), source + (second * stride), piece, masks[one] | masks[second], values, secondValues,
                places);
            values = secondValues + lengths[pair];
            places += lengths[pair];
        }

        var lists = new SparseLists
        {
            RowCount = rows,
            PairCount = pairs,
            Rows = order,
            Lengths = lengths,
            PairValues = room.Values,
            PairPlaces = room.Places,
            SingleValues = values,
            SinglePlaces = places,
        };
        for (int i = pairs; i < rows - pairs; i++)
        {
            int row = order[pairs + i];
            CompressRow(source + (row * stride), piece, masks[row], values, places);
            values += lengths[i];
            places += lengths[i];
        }

        room = new SparseRoom(order + rows, lengths + rows - pairs, values, places);
        return lists;
    }

    /// <param name="source">Rows <paramref name="stride"/> floats apart; behind the piece zeros, up to a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mark(float* source, nint stride, int rows, int piece, ulong* masks)
    {
        if (piece == PieceMost)
        {
            for (int row = 0; row < rows; row++, source += stride)
            {
                masks[row] = ~(Zeros(source) | (Zeros(source + 16) << 16) | (Zeros(source + 32) << 32) | (Zeros(source + 48) << 48));
            }

            return;
        }

        ulong steps = piece == 0 ? 0 : ulong.MaxValue >> (PieceMost - piece);
        for (int row = 0; row < rows; row++, source += stride)
        {
            ulong zeros = 0;
            for (int k = 0; k < piece; k += 16)
            {
                zeros |= Zeros(source + k) << k;
            }

            masks[row] = ~zeros & steps;
        }
    }

    /// <summary>Bit i: the i-th of sixteen values is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Zeros(float* values) =>
        Vector512.Equals(Vector512.Load(values), Vector512<float>.Zero).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CompressRow(float* row, int piece, ulong mask, float* values, byte* places)
    {
        StepPlaces.Write(mask, places);
        for (int k = 0; k < piece; k += 16)
        {
            Vector512<float> current = Vector512.Load(row + k);
            Avx512F.Compress(Vector512<float>.Zero, ~Vector512.Equals(current, Vector512<float>.Zero), current).Store(values);
            values += BitOperations.PopCount((uint)(ushort)(mask >> k));
        }
    }

    /// <summary>A value is 0 where only the other row has an entry.</summary>
    /// <param name="mask">Steps in which one of them or both have one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CompressPair(
        float* row, float* second, int piece, ulong mask, float* values, float* secondValues, byte* places)
    {
        StepPlaces.Write(mask, places);
        for (int k = 0; k < piece; k += 16)
        {
            Vector512<float> current = Vector512.Load(row + k), other = Vector512.Load(second + k);
            Vector512<float> keep = ~(Vector512.Equals(current, Vector512<float>.Zero)
                & Vector512.Equals(other, Vector512<float>.Zero));
            Avx512F.Compress(Vector512<float>.Zero, keep, current).Store(values);
            Avx512F.Compress(Vector512<float>.Zero, keep, other).Store(secondValues);
            int entries = BitOperations.PopCount((uint)(ushort)(mask >> k));
            values += entries;
            secondValues += entries;
        }
    }
}
