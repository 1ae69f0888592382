using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>ln(1 + e^x).</summary>
/// <remarks>max(x, 0) + ln(1 + e^-|x|): no overflow, and e^x itself far below zero.</remarks>
internal readonly struct SoftplusFunction : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float exponential = default(ExpFunction).Apply(-MathF.Abs(x));
        return (x < 0 ? 0 : x) + Log1pFunction.Finite(exponential);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> exponential = default(ExpFunction).Apply(-Vector512.Abs(x));
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> positive = Vector512.ConditionalSelect(Vector512.LessThan(x, zero), zero, x);
        return positive + Log1pFunction.Finite(exponential);
    }
}
