using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>The ceiling of every product: fused multiply-adds on registers alone, on one core.</summary>
public static class FmaPeak
{
    /// <summary>float32 GFLOP/s (a multiply-add counts two), the best of some rounds.</summary>
    public static double Measure(int rounds)
    {
        double best = 0;
        for (int round = 0; round < rounds; round++)
        {
            long startedAt = Stopwatch.GetTimestamp();
            Sink = Vector512.IsHardwareAccelerated ? TwelveChains(Iterations) : SixChains(2 * Iterations);
            best = Math.Max(best, Operations / Stopwatch.GetElapsedTime(startedAt).TotalSeconds / 1e9);
        }

        return best;
    }

    /// <summary>Two units of four cycles' latency want eight chains at least; the registers hold thirty-two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float TwelveChains(int iterations)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
        Vector512<float> a = x, b = y, c = x, d = y, e = x, f = y, g = x, h = y, i = x, j = y, k = x, l = y;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }

    /// <summary>Six times 512 bits are twelve chains where vectors have 256 bits, and fit sixteen registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float SixChains(int iterations)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
        Vector512<float> a = x, b = y, c = x, d = y, e = x, f = y;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
        }

        return (a + b + c + d + e + f)[0];
    }

    /// <summary>Keeps the result in use.</summary>
    private static volatile float Sink;

    private const int Iterations = 500_000;
    private const double Operations = Iterations * 12.0 * 16 * 2;
}
