using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>Sums over elements in the canonical order (docs/ARCHITECTURE.md, "Same bits"), whatever the vector width.</summary>
/// <remarks>
/// 16 virtual lanes: element i belongs to lane i mod 16; each lane is one chain over its elements in ascending order,
/// from +0; the lanes are added by the fixed tree (i, i + 8), (i, i + 4), (i, i + 2), (i, i + 1).
/// </remarks>
public static unsafe class LaneSum
{
    /// <summary>Virtual lanes.</summary>
    public const int LaneCount = VectorTail.Lanes;

    /// <summary>Σ x. Each lane's chain adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(ReadOnlySpan<float> values)
    {
        Vector512<float> lanes = Vector512<float>.Zero;
        fixed (float* x = values)
        {
            int i = 0;
            for (; i <= values.Length - LaneCount; i += LaneCount)
            {
                lanes += Vector512.Load(x + i);
            }

            if (i < values.Length)
            {
                // Padding is harmless: a lane is never −0, so adding +0 changes nothing.
                lanes += VectorTail.Load(x + i, values.Length - i);
            }
        }

        return AddLanes(lanes);
    }

    /// <summary>Σ x·y. Each lane's chain is lane ← fma(x, y, lane).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        SpanMap.RequireLength(first.Length, second.Length);
        Vector512<float> lanes = Vector512<float>.Zero;
        fixed (float* x = first, y = second)
        {
            int i = 0;
            for (; i <= first.Length - LaneCount; i += LaneCount)
            {
                lanes = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), lanes);
            }

            int rest = first.Length - i;
            if (rest > 0)
            {
                lanes = Vector512.FusedMultiplyAdd(VectorTail.Load(x + i, rest), VectorTail.Load(y + i, rest), lanes);
            }
        }

        return AddLanes(lanes);
    }

    /// <summary>Σ x². Each lane's chain is lane ← fma(x, x, lane).</summary>
    public static float SquaredNorm(ReadOnlySpan<float> values) => Dot(values, values);

    /// <summary>
    /// Σ x² in double, where a float's square is exact: for long vectors, and where squares leave float32's range.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaredNormDouble(ReadOnlySpan<float> values)
    {
        Vector512<double> lower = Vector512<double>.Zero;
        Vector512<double> upper = Vector512<double>.Zero;
        fixed (float* x = values)
        {
            int i = 0;
            for (; i <= values.Length - LaneCount; i += LaneCount)
            {
                AddSquares(Vector512.Load(x + i), ref lower, ref upper);
            }

            if (i < values.Length)
            {
                AddSquares(VectorTail.Load(x + i, values.Length - i), ref lower, ref upper);
            }
        }

        Vector512<double> eight = lower + upper;
        Vector256<double> four = eight.GetLower() + eight.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

    /// <summary>The final tree over the 16 lanes.</summary>
    public static float AddLanes(Vector512<float> lanes)
    {
        Vector256<float> eight = lanes.GetLower() + lanes.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }

    /// <summary>The plain twin of <see cref="Sum"/>.</summary>
    internal static float SumScalar(ReadOnlySpan<float> values)
    {
        Span<float> lanes = stackalloc float[LaneCount];
        lanes.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            lanes[i % LaneCount] += values[i];
        }

        return AddLanesScalar(lanes);
    }

    /// <summary>The plain twin of <see cref="Dot"/>.</summary>
    internal static float DotScalar(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        Span<float> lanes = stackalloc float[LaneCount];
        lanes.Clear();
        for (int i = 0; i < first.Length; i++)
        {
            lanes[i % LaneCount] = MathF.FusedMultiplyAdd(first[i], second[i], lanes[i % LaneCount]);
        }

        return AddLanesScalar(lanes);
    }

    /// <summary>The plain twin of <see cref="SquaredNormDouble"/>.</summary>
    internal static double SquaredNormDoubleScalar(ReadOnlySpan<float> values)
    {
        Span<double> lanes = stackalloc double[LaneCount];
        lanes.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            lanes[i % LaneCount] += (double)values[i] * values[i];
        }

        for (int half = LaneCount / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }

        return lanes[0];
    }

    private static void AddSquares(Vector512<float> x, ref Vector512<double> lower, ref Vector512<double> upper)
    {
        (Vector512<double> left, Vector512<double> right) = Vector512.Widen(x);
        lower += left * left;
        upper += right * right;
    }

    private static float AddLanesScalar(Span<float> lanes)
    {
        for (int half = LaneCount / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }

        return lanes[0];
    }
}
