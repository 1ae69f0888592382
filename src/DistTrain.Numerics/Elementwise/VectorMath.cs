using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>Transcendental functions on float32, of the project's own: equal bits on every instruction set.</summary>
/// <remarks>
/// <para>
/// Library versions (MathF, TensorPrimitives) differ between machines and vector widths. These are built from +, −, ×, ÷
/// and fused multiply-add, which IEEE 754 fixes to the last bit. The span forms and the scalar forms give equal bits.
/// </para>
/// <para>
/// Each error is the largest found over all 2^32 inputs, in units in the last place (ulp) of float32 at the true result's
/// magnitude, subnormal results included (the probe's "ulp 1" repeats the measurement; tests sample densely).
/// Not-a-number gives not-a-number. Targets may be the source itself, but must
/// not overlap it otherwise.
/// </para>
/// </remarks>
public static class VectorMath
{
    /// <summary>e^x. Error 0.91 ulp. Overflows to +∞ above 88.7228, falls through the subnormals to +0 at −103.97.</summary>
    public static float Exp(float x) => default(ExpFunction).Apply(x);

    /// <inheritdoc cref="Exp(float)"/>
    public static void Exp(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(ExpFunction), source, target);

    /// <summary>Natural logarithm. Error 0.85 ulp. −∞ at ±0, not-a-number below 0.</summary>
    public static float Log(float x) => default(LogFunction).Apply(x);

    /// <inheritdoc cref="Log(float)"/>
    public static void Log(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(LogFunction), source, target);

    /// <summary>ln(1 + x). Error 1.59 ulp. −∞ at −1, not-a-number below, ±0 at ±0.</summary>
    public static float Log1p(float x) => default(Log1pFunction).Apply(x);

    /// <inheritdoc cref="Log1p(float)"/>
    public static void Log1p(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(Log1pFunction), source, target);

    /// <summary>Hyperbolic tangent. Error 1.37 ulp. ±0 at ±0, ±1 from ±9.1 on.</summary>
    public static float Tanh(float x) => default(TanhFunction).Apply(x);

    /// <inheritdoc cref="Tanh(float)"/>
    public static void Tanh(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(TanhFunction), source, target);

    /// <summary>1 / (1 + e^-x). Error 1.65 ulp. Small results keep their digits down to the subnormals.</summary>
    public static float Sigmoid(float x) => default(SigmoidFunction).Apply(x);

    /// <inheritdoc cref="Sigmoid(float)"/>
    public static void Sigmoid(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(SigmoidFunction), source, target);

    /// <summary>ln(1 + e^x). Error 2.02 ulp. Without overflow, and with all digits far below zero.</summary>
    public static float Softplus(float x) => default(SoftplusFunction).Apply(x);

    /// <inheritdoc cref="Softplus(float)"/>
    public static void Softplus(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(SoftplusFunction), source, target);

    /// <summary>The error function. Error 1.28 ulp.</summary>
    public static float Erf(float x) => default(ErfFunction).Apply(x);

    /// <inheritdoc cref="Erf(float)"/>
    public static void Erf(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(ErfFunction), source, target);

    /// <summary>GELU, x·Φ(x) (the exact form, not the one with tanh). Error 5.68 ulp. −0 at −∞.</summary>
    public static float Gelu(float x) => default(GeluFunction).Apply(x);

    /// <inheritdoc cref="Gelu(float)"/>
    public static void Gelu(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(GeluFunction), source, target);

    /// <summary>SiLU, x·σ(x). Error 2.49 ulp. −0 at −∞.</summary>
    public static float Silu(float x) => default(SiluFunction).Apply(x);

    /// <inheritdoc cref="Silu(float)"/>
    public static void Silu(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(SiluFunction), source, target);

    /// <summary>ELU: x where x ≥ 0, else alpha·(e^x − 1). Error 0.96 ulp where alpha is 1. −alpha at −∞, +0 at −0.</summary>
    /// <param name="alpha">Finite, 0 or more.</param>
    public static float Elu(float alpha, float x) => new EluFunction(alpha).Apply(x);

    /// <inheritdoc cref="Elu(float, float)"/>
    public static void Elu(float alpha, ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(new EluFunction(alpha), source, target);
}
