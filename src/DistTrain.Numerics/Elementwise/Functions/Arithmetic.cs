using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

internal readonly struct Sum : IBinaryOperation
{
    public float Apply(float x, float y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => x + y;
}

internal readonly struct Difference : IBinaryOperation
{
    public float Apply(float x, float y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => x - y;
}

internal readonly struct Product : IBinaryOperation
{
    public float Apply(float x, float y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => x * y;
}

internal readonly struct Scaling(float factor) : IUnaryOperation
{
    public float Apply(float x) => factor * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x) => Vector512.Create(factor) * x;
}

internal readonly struct ScaledSum(float factor) : IBinaryOperation
{
    public float Apply(float x, float y) => MathF.FusedMultiplyAdd(factor, x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) =>
        Vector512.FusedMultiplyAdd(Vector512.Create(factor), x, y);
}

/// <summary>(x − shift), the first step of softmax.</summary>
internal readonly struct Shift(float shift) : IUnaryOperation
{
    public float Apply(float x) => x - shift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x) => x - Vector512.Create(shift);
}

internal readonly struct Quotient(float divisor) : IUnaryOperation
{
    public float Apply(float x) => x / divisor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x) => x / Vector512.Create(divisor);
}

/// <summary>x · (y − mean), the slope of softmax from its output.</summary>
internal readonly struct SoftmaxGradient(float mean) : IBinaryOperation
{
    public float Apply(float x, float y) => x * (y - mean);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y) => x * (y - Vector512.Create(mean));
}
