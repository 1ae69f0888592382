using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The logistic function 1 / (1 + e^-x).</summary>
/// <remarks>With e = e^-|x|: 1 / (1 + e) from zero on, e / (1 + e) below, so that small results keep their digits.</remarks>
internal readonly struct SigmoidFunction : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float exponential = default(ExpFunction).Apply(-MathF.Abs(x));
        return (x < 0 ? exponential : 1) / (1 + exponential);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> exponential = default(ExpFunction).Apply(-Vector512.Abs(x));
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> isNegative = Vector512.LessThan(x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(isNegative, exponential, one) / (one + exponential);
    }
}
