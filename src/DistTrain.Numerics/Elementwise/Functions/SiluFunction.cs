using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The sigmoid linear unit x·σ(x), σ the logistic function (Elfwing, Uchibe and Doya 2018, section 2.1).</summary>
/// <remarks>
/// With e = e^-|x| and q = e / (1 + e): x·(1 − q) from zero on; below, x·(1 − q)·e, the mantissa of e multiplied before
/// its powers of two, so that subnormal results are rounded once.
/// </remarks>
internal readonly struct SiluFunction : IUnaryOperation
{
    /// <summary>x·σ(x) is 0 in float32 below −End, and x above End.</summary>
    public const float End = 109f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float clamped = x < -End ? -End : x;
        clamped = clamped > End ? End : clamped;
        float mantissa = ExpFunction.Parts(-MathF.Abs(clamped), out float scale, out float rest);
        float exponential = mantissa * scale * rest;
        float quotient = exponential / (1 + exponential);
        float product = MathF.FusedMultiplyAdd(-clamped, quotient, x < 0 ? clamped : x);
        return x < 0 ? product * mantissa * scale * rest : product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> end = Vector512.Create(End);
        Vector512<float> clamped = Vector512.ConditionalSelect(Vector512.LessThan(x, -end), -end, x);
        clamped = Vector512.ConditionalSelect(Vector512.GreaterThan(clamped, end), end, clamped);
        Vector512<float> mantissa = ExpFunction.Parts(
            -Vector512.Abs(clamped), out Vector512<float> scale, out Vector512<float> rest);
        Vector512<float> exponential = mantissa * scale * rest;
        Vector512<float> quotient = exponential / (Vector512<float>.One + exponential);
        Vector512<float> isNegative = Vector512.LessThan(x, Vector512<float>.Zero);
        Vector512<float> product = Vector512.FusedMultiplyAdd(
            -clamped, quotient, Vector512.ConditionalSelect(isNegative, clamped, x));
        return Vector512.ConditionalSelect(isNegative, product * mantissa * scale * rest, product);
    }
}

/// <summary>The slope of SiLU, σ(x) + x·σ(x)·(1 − σ(x)), times the gradient of the output.</summary>
internal readonly struct SiluGradient : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x, float y)
    {
        float clamped = x < -SiluFunction.End ? -SiluFunction.End : x;
        clamped = clamped > SiluFunction.End ? SiluFunction.End : clamped;
        float exponential = default(ExpFunction).Apply(-MathF.Abs(clamped));
        float quotient = exponential / (1 + exponential);
        return y * MathF.FusedMultiplyAdd(clamped * quotient, 1 - quotient, x < 0 ? quotient : 1 - quotient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, Vector512<float> y)
    {
        Vector512<float> end = Vector512.Create(SiluFunction.End);
        Vector512<float> clamped = Vector512.ConditionalSelect(Vector512.LessThan(x, -end), -end, x);
        clamped = Vector512.ConditionalSelect(Vector512.GreaterThan(clamped, end), end, clamped);
        Vector512<float> exponential = default(ExpFunction).Apply(-Vector512.Abs(clamped));
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> quotient = exponential / (one + exponential);
        Vector512<float> sigmoid = Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512<float>.Zero), quotient, one - quotient);
        return y * Vector512.FusedMultiplyAdd(clamped * quotient, one - quotient, sigmoid);
    }
}
