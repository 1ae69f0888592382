using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The exponential linear unit: x from zero on, below α·(e^x − 1) (Clevert, Unterthiner and Hochreiter 2016, section 3).</summary>
/// <remarks>+0 for −0, so that the sign bit of the result says whether x was below zero.</remarks>
internal readonly struct EluFunction(float alpha) : IUnaryOperation
{
    /// <summary>e^x − 1 is −1 in float32 below −End.</summary>
    private const float End = 20f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => x < 0 ? alpha * ExpFunction.MinusOne(x < -End ? -End : x) : x + 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> end = Vector512.Create(-End);
        Vector512<float> clamped = Vector512.ConditionalSelect(Vector512.LessThan(x, end), end, x);
        Vector512<float> zero = Vector512<float>.Zero;
        return Vector512.ConditionalSelect(
            Vector512.LessThan(x, zero), Vector512.Create(alpha) * ExpFunction.MinusOne(clamped), x + zero);
    }
}

/// <summary>From the output of ELU: 1, or output + α where the sign bit tells that the input was below zero.</summary>
internal readonly struct EluGradient(float alpha) : IBinaryOperation
{
    public float Apply(float x, float y) => float.IsNegative(x) ? y * (x + alpha) : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => Vector512.ConditionalSelect(
        Vector512.LessThan(x.AsInt32(), Vector512<int>.Zero).AsSingle(), y * (x + Vector512.Create(alpha)), y);
}
