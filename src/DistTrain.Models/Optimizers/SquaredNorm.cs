using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>Σ x², in double: a float's square is exact there, and large vectors lose nothing.</summary>
/// <remarks>16 virtual lanes (lane = index mod 16), added by the fixed tree (i, i + 8), (i, i + 4), (i, i + 2), (i, i + 1).</remarks>
internal static class SquaredNorm
{
    public static double Of(ReadOnlySpan<float> values)
    {
        Vector512<double> lower = default;
        Vector512<double> upper = default;
        ref float first = ref MemoryMarshal.GetReference(values);
        int at = 0;
        for (; at + Width <= values.Length; at += Width)
        {
            (Vector512<double> left, Vector512<double> right) = Vector512.Widen(Vector512.LoadUnsafe(ref first, (nuint)at));
            lower += left * left;
            upper += right * right;
        }

        Span<double> lanes = stackalloc double[Width];
        lower.CopyTo(lanes);
        upper.CopyTo(lanes[(Width / 2)..]);
        return Finish(lanes, values[at..]);
    }

    /// <summary>The plain twin.</summary>
    public static double OfScalar(ReadOnlySpan<float> values)
    {
        Span<double> lanes = stackalloc double[Width];
        lanes.Clear();
        while (values.Length > Width)
        {
            AddSquares(lanes, values[..Width]);
            values = values[Width..];
        }

        return Finish(lanes, values);
    }

    private static double Finish(Span<double> lanes, ReadOnlySpan<float> rest)
    {
        AddSquares(lanes, rest);
        for (int half = Width / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }

        return lanes[0];
    }

    private static void AddSquares(Span<double> lanes, ReadOnlySpan<float> values)
    {
        for (int lane = 0; lane < values.Length; lane++)
        {
            double x = values[lane];
            lanes[lane] += x * x;
        }
    }

    private const int Width = 16;
}
