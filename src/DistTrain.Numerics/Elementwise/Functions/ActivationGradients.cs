using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

internal readonly struct ReluFunction : IUnaryOperation
{
    public float Apply(float x) => x < 0 ? 0 : x + 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        return Vector512.ConditionalSelect(Vector512.LessThan(x, zero), zero, x + zero);
    }
}

internal readonly struct ReluGradient : IBinaryOperation
{
    public float Apply(float x, float y) => x < 0 ? 0 : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        return Vector512.ConditionalSelect(Vector512.LessThan(x, zero), zero, y);
    }
}

internal readonly struct LeakyReluFunction(float slope) : IUnaryOperation
{
    public float Apply(float x) => x < 0 ? slope * x : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x) => Vector512.ConditionalSelect(
        Vector512.LessThan(x, Vector512<float>.Zero), Vector512.Create(slope) * x, x);
}

internal readonly struct LeakyReluGradient(float slope) : IBinaryOperation
{
    public float Apply(float x, float y) => x < 0 ? slope * y : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => Vector512.ConditionalSelect(
        Vector512.LessThan(x, Vector512<float>.Zero), Vector512.Create(slope) * y, y);
}

/// <summary>From the output of the sigmoid.</summary>
internal readonly struct SigmoidGradient : IBinaryOperation
{
    public float Apply(float x, float y) => y * (x * (1 - x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => y * (x * (Vector512<float>.One - x));
}

/// <summary>From the output of tanh.</summary>
internal readonly struct TanhGradient : IBinaryOperation
{
    public float Apply(float x, float y) => y * MathF.FusedMultiplyAdd(-x, x, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) =>
        y * Vector512.FusedMultiplyAdd(-x, x, Vector512<float>.One);
}
