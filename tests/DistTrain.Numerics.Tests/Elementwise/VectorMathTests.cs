using DistTrain.Numerics.Probe;

namespace DistTrain.Numerics.Tests;

public sealed class VectorMathTests
{
    /// <summary>Prime, so that all exponents and mantissa patterns occur.</summary>
    private const uint Stride = 4099;

    private static readonly Dictionary<string, Func<float, float>> ScalarForms = new()
    {
        ["Exp"] = VectorMath.Exp,
        ["Log"] = VectorMath.Log,
        ["Log1p"] = VectorMath.Log1p,
        ["Tanh"] = VectorMath.Tanh,
        ["Sigmoid"] = VectorMath.Sigmoid,
        ["Softplus"] = VectorMath.Softplus,
        ["Erf"] = VectorMath.Erf,
        ["Gelu"] = VectorMath.Gelu,
        ["Silu"] = VectorMath.Silu,
        ["Elu"] = x => VectorMath.Elu(1, x),
    };

    private static readonly float[] Special =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, -1.17549435e-38f, 1.17549421e-38f, 1f, -1f,
        0.99999994f, -0.99999994f, 1.0000001f, 88.72283f, 88.72284f, 89f, -87.33654f, -87.33655f, -103.27893f,
        -103.9720f, -103.97209f, -104f, 0.625f, -0.625f, 0.93f, 9.01f, 9.02f, -14.5f, 14.5f, 16777216f, float.MaxValue,
        float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    public static TheoryData<string> Functions => [.. ScalarForms.Keys];

    [Theory]
    [InlineData("Exp", 0.92)]
    [InlineData("Log", 0.9)]
    [InlineData("Log1p", 1.6)]
    [InlineData("Tanh", 1.4)]
    [InlineData("Sigmoid", 1.7)]
    [InlineData("Softplus", 2.02)]
    [InlineData("Erf", 1.4)]
    [InlineData("Gelu", 5.7)]
    [InlineData("Silu", 2.5)]
    [InlineData("Elu", 0.96)]
    public void Function_DenseSampleOfAllFloats_StaysWithinItsErrorBound(string name, double boundUlp)
    {
        ErrorReport report = ErrorMeasure.All.Single(measure => measure.Name == name).Run(Stride);

        Assert.True(report.LargestUlp <= boundUlp && report.WrongCount == 0, $"{report}, bound {boundUlp} ulp");
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void SpanForm_DenseSampleOfAllFloats_EqualsTheScalarForm(string name)
    {
        ErrorMeasure.SpanFunction span = ErrorMeasure.All.Single(measure => measure.Name == name).Fast;
        Func<float, float> scalar = ScalarForms[name];
        float[] inputs =
        [
            .. Special, .. Enumerable.Range(0, 200_000).Select(i => BitConverter.UInt32BitsToSingle((uint)i * 21_467)),
        ];
        var outputs = new float[inputs.Length];
        span(inputs, outputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            float expected = scalar(inputs[i]);
            bool isSame = float.IsNaN(expected)
                ? float.IsNaN(outputs[i])
                : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(outputs[i]);
            Assert.True(isSame, $"{name}({inputs[i]:R}): span {outputs[i]:R}, scalar {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void SpanForm_EveryTailLengthAndInPlace_LeavesTheRestAlone(string name)
    {
        ErrorMeasure.SpanFunction span = ErrorMeasure.All.Single(measure => measure.Name == name).Fast;
        for (int length = 0; length < 40; length++)
        {
            float[] values = TestFloats.Normal(length + 2, length);
            float[] expected = [values[0], .. values[1..^1].Select(ScalarForms[name]), values[^1]];
            span(values.AsSpan(1, length), values.AsSpan(1, length));
            TestFloats.AssertSameBits(expected, values);
        }
    }

    [Theory]
    [InlineData("Exp", 0f, 1f)]
    [InlineData("Exp", 88.72283f, 3.40279852e38f)]
    [InlineData("Exp", 88.72284f, float.PositiveInfinity)]
    [InlineData("Exp", -103.9720f, float.Epsilon)]
    [InlineData("Exp", -103.97209f, 0f)]
    [InlineData("Exp", float.NegativeInfinity, 0f)]
    [InlineData("Log", 1f, 0f)]
    [InlineData("Log", 0f, float.NegativeInfinity)]
    [InlineData("Log", -1f, float.NaN)]
    [InlineData("Log", float.NegativeInfinity, float.NaN)]
    [InlineData("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Log", float.Epsilon, -103.27893f)]
    [InlineData("Log1p", -0f, -0f)]
    [InlineData("Log1p", float.Epsilon, float.Epsilon)]
    [InlineData("Log1p", -1f, float.NegativeInfinity)]
    [InlineData("Log1p", -1.5f, float.NaN)]
    [InlineData("Log1p", float.MaxValue, 88.72284f)]
    [InlineData("Tanh", -0f, -0f)]
    [InlineData("Tanh", float.NegativeInfinity, -1f)]
    [InlineData("Tanh", 20f, 1f)]
    [InlineData("Sigmoid", 0f, 0.5f)]
    [InlineData("Sigmoid", float.NegativeInfinity, 0f)]
    [InlineData("Sigmoid", float.PositiveInfinity, 1f)]
    [InlineData("Softplus", 0f, 0.6931472f)]
    [InlineData("Softplus", 1000f, 1000f)]
    [InlineData("Softplus", float.NegativeInfinity, 0f)]
    [InlineData("Erf", -0f, -0f)]
    [InlineData("Erf", float.PositiveInfinity, 1f)]
    [InlineData("Gelu", 0f, 0f)]
    [InlineData("Gelu", float.NegativeInfinity, -0f)]
    [InlineData("Gelu", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Gelu", 100f, 100f)]
    [InlineData("Silu", 0f, 0f)]
    [InlineData("Silu", -108.5f, -float.Epsilon)]
    [InlineData("Silu", -108.7f, -0f)]
    [InlineData("Silu", float.NegativeInfinity, -0f)]
    [InlineData("Silu", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Silu", 200f, 200f)]
    [InlineData("Elu", -0f, 0f)]
    [InlineData("Elu", -float.Epsilon, -float.Epsilon)]
    [InlineData("Elu", -1e-6f, -9.999995e-7f)]
    [InlineData("Elu", -18f, -1f)]
    [InlineData("Elu", float.NegativeInfinity, -1f)]
    [InlineData("Elu", float.PositiveInfinity, float.PositiveInfinity)]
    public void Function_SpecialValue_GivesTheExactResult(string name, float x, float expected) =>
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(ScalarForms[name](x)));

    [Fact]
    public void ExpAndLog_NegativeZero_IgnoreItsSign()
    {
        Assert.Equal(1f, VectorMath.Exp(-0f));
        Assert.Equal(float.NegativeInfinity, VectorMath.Log(-0f));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_NotANumber_GivesNotANumber(string name) => Assert.True(float.IsNaN(ScalarForms[name](float.NaN)));

    [Fact]
    public void Exp_TargetTooShort_NamesBothLengths()
    {
        var exception = Assert.Throws<ArgumentException>(() => VectorMath.Exp(new float[3], new float[2]));
        Assert.Contains("2 floats, expected 3", exception.Message, StringComparison.Ordinal);
    }
}
