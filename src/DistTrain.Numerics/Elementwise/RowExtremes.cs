using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>Largest elements.</summary>
public static unsafe class RowExtremes
{
    /// <summary>The largest element; +0 counts as larger than −0, and one not-a-number makes the result one.</summary>
    /// <exception cref="ArgumentException">The row is empty.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(ReadOnlySpan<float> row)
    {
        RequireElement(row);
        Vector512<float> lowest = Vector512.Create(float.NegativeInfinity);
        Vector512<float> lanes = lowest;
        fixed (float* start = row)
        {
            int i = 0;
            for (; i <= row.Length - VectorTail.Lanes; i += VectorTail.Lanes)
            {
                lanes = Vector512.Max(lanes, Vector512.Load(start + i));
            }

            int rest = row.Length - i;
            if (rest > 0)
            {
                Vector512<float> last = Vector512.ConditionalSelect(
                    VectorTail.Mask(rest), VectorTail.Load(start + i, rest), lowest);
                lanes = Vector512.Max(lanes, last);
            }
        }

        Vector256<float> eight = Vector256.Max(lanes.GetLower(), lanes.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        Vector128<float> two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(two[0], two[1]);
    }

    /// <summary>Index of the largest element, the first of equal ones. Not-a-numbers count as the smallest.</summary>
    /// <exception cref="ArgumentException">The row is empty.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        RequireElement(row);
        if (row.Length < 2 * VectorTail.Lanes)
        {
            return ArgMaxScalar(row);
        }

        Vector512<float> lanes = Vector512.Create(float.NegativeInfinity);
        float largest = float.NegativeInfinity;
        fixed (float* start = row)
        {
            int i = 0;
            for (; i <= row.Length - VectorTail.Lanes; i += VectorTail.Lanes)
            {
                Vector512<float> x = Vector512.Load(start + i);
                lanes = Vector512.ConditionalSelect(Vector512.GreaterThan(x, lanes), x, lanes);
            }

            for (; i < row.Length; i++)
            {
                largest = start[i] > largest ? start[i] : largest;
            }
        }

        for (int lane = 0; lane < VectorTail.Lanes; lane++)
        {
            largest = lanes[lane] > largest ? lanes[lane] : largest;
        }

        return largest == float.NegativeInfinity ? 0 : row.IndexOf(largest);
    }

    /// <summary>The plain twin of <see cref="Max"/>.</summary>
    internal static float MaxScalar(ReadOnlySpan<float> row)
    {
        float max = row[0];
        foreach (float x in row)
        {
            max = MathF.Max(max, x);
        }

        return max;
    }

    /// <summary>The plain twin of <see cref="ArgMax"/>.</summary>
    internal static int ArgMaxScalar(ReadOnlySpan<float> row)
    {
        int index = 0;
        float largest = float.NegativeInfinity;
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] > largest)
            {
                largest = row[i];
                index = i;
            }
        }

        return index;
    }

    private static void RequireElement(ReadOnlySpan<float> row)
    {
        if (row.IsEmpty)
        {
            throw new ArgumentException("an empty row has no largest element", nameof(row));
        }
    }
}
