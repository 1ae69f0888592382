using DistTrain.Numerics.Kernels;

namespace DistTrain.Numerics;

/// <summary>Simple operations on every element. Equal bits on every instruction set; exact but for one rounding each.</summary>
/// <remarks>
/// All spans of a call are of one length (<see cref="ArgumentException"/> otherwise). A target may be the memory of a
/// source, but must not overlap one otherwise.
/// </remarks>
public static class Elementwise
{
    /// <summary>target = max(source, 0), with +0 for −0; not-a-number stays one.</summary>
    public static void Relu(ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(default(ReluFunction), source, target);

    /// <summary>The gradient passes where input ≥ 0, zero (of either sign) included; elsewhere +0.</summary>
    public static void ReluBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(default(ReluGradient), input, outputGradient, inputGradient);

    /// <summary>target = source where source ≥ 0, else slope · source.</summary>
    public static void LeakyRelu(float slope, ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(new LeakyReluFunction(slope), source, target);

    /// <summary>The gradient passes whole where input ≥ 0, elsewhere times slope.</summary>
    public static void LeakyReluBackward(
        float slope, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(new LeakyReluGradient(slope), input, outputGradient, inputGradient);

    /// <summary>outputGradient · output · (1 − output).</summary>
    public static void SigmoidBackward(
        ReadOnlySpan<float> output, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(default(SigmoidGradient), output, outputGradient, inputGradient);

    /// <summary>outputGradient · (1 − output²).</summary>
    public static void TanhBackward(
        ReadOnlySpan<float> output, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(default(TanhGradient), output, outputGradient, inputGradient);

    /// <summary>outputGradient · (Φ(input) + input · φ(input)), the slope of <see cref="VectorMath.Gelu(float)"/>.</summary>
    public static void GeluBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(default(GeluGradient), input, outputGradient, inputGradient);

    /// <summary>outputGradient · (σ(input) + input · σ(input) · (1 − σ(input))), the slope of <see cref="VectorMath.Silu(float)"/>.</summary>
    public static void SiluBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(default(SiluGradient), input, outputGradient, inputGradient);

    /// <summary>
    /// The gradient passes whole where output is not negative, elsewhere times output + alpha; −0 counts as negative, as
    /// <see cref="VectorMath.Elu(float, float)"/> gives it for negative inputs alone.
    /// </summary>
    public static void EluBackward(
        float alpha, ReadOnlySpan<float> output, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        SpanMap.Apply(new EluGradient(alpha), output, outputGradient, inputGradient);

    /// <summary>sum = left + right.</summary>
    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum) =>
        SpanMap.Apply(default(Sum), left, right, sum);

    /// <summary>difference = left − right.</summary>
    public static void Subtract(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> difference) =>
        SpanMap.Apply(default(Difference), left, right, difference);

    /// <summary>product = left · right.</summary>
    public static void Multiply(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> product) =>
        SpanMap.Apply(default(Product), left, right, product);

    /// <summary>target = factor · source.</summary>
    public static void Scale(float factor, ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(new Scaling(factor), source, target);

    /// <summary>target = fma(factor, source, target).</summary>
    public static void AddScaled(float factor, ReadOnlySpan<float> source, Span<float> target) =>
        SpanMap.Apply(new ScaledSum(factor), source, target, target);

    /// <summary>Adds the bias to each row.</summary>
    /// <param name="bias">Shape (columns,).</param>
    /// <param name="matrix">Shape (rows, columns).</param>
    /// <exception cref="ArgumentException">The matrix does not consist of whole rows.</exception>
    public static void AddRowBias(ReadOnlySpan<float> bias, Span<float> matrix)
    {
        if (bias.IsEmpty ? !matrix.IsEmpty : matrix.Length % bias.Length != 0)
        {
            throw new ArgumentException(
                $"{matrix.Length:N0} floats are not whole rows of {bias.Length:N0}", nameof(matrix));
        }

        for (; !matrix.IsEmpty; matrix = matrix[bias.Length..])
        {
            Span<float> row = matrix[..bias.Length];
            SpanMap.Apply(default(Sum), row, bias, row);
        }
    }

    /// <returns>Position of the first value that is infinite or not a number; −1: all are finite.</returns>
    public static int FirstNonFinite(ReadOnlySpan<float> values) => NonFiniteSearch.First(values);

    /// <summary>Whether no value is infinite or not a number.</summary>
    public static bool AllFinite(ReadOnlySpan<float> values) => NonFiniteSearch.First(values) < 0;
}
