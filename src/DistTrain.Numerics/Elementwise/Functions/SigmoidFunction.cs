using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The logistic function 1 / (1 + e^-x).</summary>
/// <remarks>
/// With e = e^-|x| and q = e / (1 + e): 1 − q from zero on; below, e − e·q instead of q, because there the rounding of
/// 1 + e would weigh as much as all the rest. Small results keep their digits.
/// </remarks>
internal readonly struct SigmoidFunction : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float exponential = default(ExpFunction).Apply(-MathF.Abs(x));
        float quotient = exponential / (1 + exponential);
        return x < 0 ? MathF.FusedMultiplyAdd(-exponential, quotient, exponential) : 1 - quotient;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> exponential = default(ExpFunction).Apply(-Vector512.Abs(x));
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> quotient = exponential / (one + exponential);
        return Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512<float>.Zero),
            Vector512.FusedMultiplyAdd(-exponential, quotient, exponential),
            one - quotient);
    }
}
