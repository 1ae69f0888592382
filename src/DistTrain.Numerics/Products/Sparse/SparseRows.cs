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

    /// <summary>Compresses one piece of k for a block of rows.</summary>
    /// <param name="a">(m, k) or (k, m), as it lies in memory.</param>
    /// <param name="piece">Steps of k, at most <see cref="PieceMost"/>.</param>
    /// <param name="room">Where the lists go; moved behind them.</param>
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
        ushort* places = room.Places;
        for (int i = 0; i < 2 * pairs; i += 2)
        {
            CompressPair(source + (order[i] * stride), source + (order[i + 1] * stride), piece, lengths[i], values, places);
            values += 2 * lengths[i];
            places += lengths[i];
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
        for (int i = 2 * pairs; i < rows; i++)
        {
            CompressRow(source + (order[i] * stride), piece, values, places);
            values += lengths[i];
            places += lengths[i];
        }

        room = new SparseRoom(order + rows, lengths + rows, values, places);
        return lists;
    }

    /// <param name="source">Rows <paramref name="stride"/> floats apart; behind the piece zeros, up to a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mark(float* source, nint stride, int rows, int piece, ulong* masks)
    {
        ulong steps = piece == 0 ? 0 : ulong.MaxValue >> (PieceMost - piece);
        for (int row = 0; row < rows; row++, source += stride)
        {
            ulong zeros = 0;
            for (int k = 0; k < piece; k += 16)
            {
                zeros |= Vector512.Equals(Vector512.Load(source + k), Vector512<float>.Zero).ExtractMostSignificantBits() << k;
            }

            masks[row] = ~zeros & steps;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CompressRow(float* row, int piece, float* values, ushort* places)
    {
        Vector512<int> currentPlaces = Vector512<int>.Indices;
        for (int k = 0; k < piece; k += 16)
        {
            Vector512<float> current = Vector512.Load(row + k);
            Vector512<float> keep = ~Vector512.Equals(current, Vector512<float>.Zero);
            Avx512F.Compress(Vector512<float>.Zero, keep, current).Store(values);
            Avx512F.ConvertToVector256UInt16(Avx512F.Compress(Vector512<int>.Zero, keep.AsInt32(), currentPlaces)).Store(places);
            int entries = BitOperations.PopCount(keep.ExtractMostSignificantBits());
            values += entries;
            places += entries;
            currentPlaces += Vector512.Create(16);
        }
    }

    /// <summary>The second row's values follow the first's; a value is 0 where only the other row has an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CompressPair(float* row, float* second, int piece, int length, float* values, ushort* places)
    {
        Vector512<int> currentPlaces = Vector512<int>.Indices;
        float* firstValues = values;
        for (int k = 0; k < piece; k += 16)
        {
            Vector512<float> current = Vector512.Load(row + k);
            Vector512<float> keep = ~(Vector512.Equals(current, Vector512<float>.Zero)
                & Vector512.Equals(Vector512.Load(second + k), Vector512<float>.Zero));
            Avx512F.Compress(Vector512<float>.Zero, keep, current).Store(firstValues);
            Avx512F.ConvertToVector256UInt16(Avx512F.Compress(Vector512<int>.Zero, keep.AsInt32(), currentPlaces)).Store(places);
            int entries = BitOperations.PopCount(keep.ExtractMostSignificantBits());
            firstValues += entries;
            places += entries;
            currentPlaces += Vector512.Create(16);
        }

        float* secondValues = values + length;
        for (int k = 0; k < piece; k += 16)
        {
            Vector512<float> current = Vector512.Load(second + k);
            Vector512<float> keep = ~(Vector512.Equals(Vector512.Load(row + k), Vector512<float>.Zero)
                & Vector512.Equals(current, Vector512<float>.Zero));
            Avx512F.Compress(Vector512<float>.Zero, keep, current).Store(secondValues);
            secondValues += BitOperations.PopCount(keep.ExtractMostSignificantBits());
        }
    }
}
