using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The Gaussian error linear unit x·Φ(x), Φ the normal distribution function (Hendrycks, Gimpel 2016).</summary>
internal readonly struct GeluFunction : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float clamped = x < -NormalDistribution.End ? -NormalDistribution.End : x;
        clamped = clamped > NormalDistribution.End ? NormalDistribution.End : clamped;
        float product = clamped * NormalDistribution.Ratio(clamped, out float exponential);
        return x < 0 ? product * exponential : MathF.FusedMultiplyAdd(-product, exponential, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> end = Vector512.Create(NormalDistribution.End);
        Vector512<float> clamped = Vector512.ConditionalSelect(Vector512.LessThan(x, -end), -end, x);
        clamped = Vector512.ConditionalSelect(Vector512.GreaterThan(clamped, end), end, clamped);
        Vector512<float> product = clamped * NormalDistribution.Ratio(clamped, out Vector512<float> exponential);
        return Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512<float>.Zero),
            product * exponential,
            Vector512.FusedMultiplyAdd(-product, exponential, x));
    }
}

/// <summary>The slope of GELU, Φ(x) + x·φ(x), times the gradient of the output.</summary>
internal readonly struct GeluGradient : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x, float y)
    {
        float clamped = x < -NormalDistribution.End ? -NormalDistribution.End : x;
        clamped = clamped > NormalDistribution.End ? NormalDistribution.End : clamped;
        float tail = NormalDistribution.Ratio(clamped, out float exponential) * exponential;
        float below = x < 0 ? tail : 1 - tail;
        return y * MathF.FusedMultiplyAdd(clamped, exponential * NormalDistribution.DensityAtZero, below);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y)
    {
        Vector512<float> end = Vector512.Create(NormalDistribution.End);
        Vector512<float> clamped = Vector512.ConditionalSelect(Vector512.LessThan(x, -end), -end, x);
        clamped = Vector512.ConditionalSelect(Vector512.GreaterThan(clamped, end), end, clamped);
        Vector512<float> tail = NormalDistribution.Ratio(clamped, out Vector512<float> exponential) * exponential;
        Vector512<float> below = Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512<float>.Zero), tail, Vector512<float>.One - tail);
        Vector512<float> density = exponential * Vector512.Create(NormalDistribution.DensityAtZero);
        return y * Vector512.FusedMultiplyAdd(clamped, density, below);
    }
}
