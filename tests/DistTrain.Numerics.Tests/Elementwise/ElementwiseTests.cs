using DistTrain.Numerics.Kernels;
using DistTrain.Numerics.Probe;

namespace DistTrain.Numerics.Tests;

public sealed class ElementwiseTests
{
    private static readonly float[] Edges =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity,
        float.NegativeInfinity,
    ];

    [Fact]
    public void UnaryOperations_EveryLength_EqualTheirScalarTwins()
    {
        AssertTwins(default(ReluFunction), (x, y) => Elementwise.Relu(x, y));
        AssertTwins(new LeakyReluFunction(0.01f), (x, y) => Elementwise.LeakyRelu(0.01f, x, y));
        AssertTwins(new Scaling(0.3f), (x, y) => Elementwise.Scale(0.3f, x, y));
        AssertTwins(default(GeluFunction), (x, y) => VectorMath.Gelu(x, y));
        AssertTwins(default(SiluFunction), (x, y) => VectorMath.Silu(x, y));
        AssertTwins(new EluFunction(0.7f), (x, y) => VectorMath.Elu(0.7f, x, y));
        AssertTwins(new EluFunction(0), (x, y) => VectorMath.Elu(0, x, y));
    }

    [Fact]
    public void BinaryOperations_EveryLength_EqualTheirScalarTwins()
    {
        AssertTwins(default(ReluGradient), (x, y, z) => Elementwise.ReluBackward(x, y, z));
        AssertTwins(new LeakyReluGradient(0.2f), (x, y, z) => Elementwise.LeakyReluBackward(0.2f, x, y, z));
        AssertTwins(default(SigmoidGradient), (x, y, z) => Elementwise.SigmoidBackward(x, y, z));
        AssertTwins(default(TanhGradient), (x, y, z) => Elementwise.TanhBackward(x, y, z));
        AssertTwins(default(GeluGradient), (x, y, z) => Elementwise.GeluBackward(x, y, z));
        AssertTwins(default(SiluGradient), (x, y, z) => Elementwise.SiluBackward(x, y, z));
        AssertTwins(new EluGradient(0.7f), (x, y, z) => Elementwise.EluBackward(0.7f, x, y, z));
        AssertTwins(default(Sum), (x, y, z) => Elementwise.Add(x, y, z));
        AssertTwins(default(Difference), (x, y, z) => Elementwise.Subtract(x, y, z));
        AssertTwins(default(Product), (x, y, z) => Elementwise.Multiply(x, y, z));
        AssertTwins(new ScaledSum(0.7f), (x, y, z) =>
        {
            y.CopyTo(z, 0);
            Elementwise.AddScaled(0.7f, x, z);
        });
    }

    [Fact]
    public void GeluBackward_WholeRange_MatchesTheSlopeInDouble()
    {
        float[] input = [.. Enumerable.Range(-200_000, 400_001).Select(i => i / 12_500f), 1e30f, -1e30f];
        var slope = new float[input.Length];
        Elementwise.GeluBackward(input, [.. Enumerable.Repeat(1f, input.Length)], slope);
        for (int i = 0; i < input.Length; i++)
        {
            // The slope crosses 0 near −0.75, so the bound is absolute: four roundings at 1 (found: 1.6e-7).
            Assert.Equal(DoubleReference.GeluSlope(input[i]), slope[i], 2.4e-7);
        }
    }

    [Fact]
    public void SiluBackward_WholeRange_MatchesTheSlopeInDouble()
    {
        float[] input = [.. Enumerable.Range(-200_000, 400_001).Select(i => i / 1_700f), 1e30f, -1e30f];
        var slope = new float[input.Length];
        Elementwise.SiluBackward(input, [.. Enumerable.Repeat(1f, input.Length)], slope);
        for (int i = 0; i < input.Length; i++)
        {
            // The slope crosses 0 near −1.28, so the bound is absolute: four roundings at 1.
            Assert.Equal(DoubleReference.SiluSlope(input[i]), slope[i], 2.4e-7);
        }
    }

    /// <remarks>−1e-45 times 0.5 is lost to −0, and alpha 0 gives −0 everywhere below zero: the sign bit stays.</remarks>
    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    [InlineData(0f)]
    public void EluBackward_FromTheOutput_KnowsTheSideOfTheInput(float alpha)
    {
        float[] input = [0f, -0f, -float.Epsilon, -1e-3f, -30f, 1e-3f, 30f];
        float[] output = new float[input.Length], gradient = new float[input.Length];
        VectorMath.Elu(alpha, input, output);
        Elementwise.EluBackward(alpha, output, [2f, 2f, 2f, 2f, 2f, 2f, 2f], gradient);
        float[] expected = [.. input.Select(x => 2 * (x < 0 ? alpha * MathF.Exp(x) : 1))];
        for (int i = 0; i < input.Length; i++)
        {
            Assert.Equal(expected[i], gradient[i], 2.4e-7f);
        }
    }

    [Fact]
    public void ReluBackward_ZeroInputOfEitherSign_LetsTheGradientPass()
    {
        var gradient = new float[4];
        Elementwise.ReluBackward([0f, -0f, -float.Epsilon, 1f], [5f, 6f, 7f, 8f], gradient);
        Assert.Equal([5f, 6f, 0f, 8f], gradient);
    }

    [Fact]
    public void Relu_NegativeZeroAndNotANumber_GivePositiveZeroAndNotANumber()
    {
        var result = new float[2];
        Elementwise.Relu([-0f, float.NaN], result);
        Assert.Equal(0, BitConverter.SingleToInt32Bits(result[0]));
        Assert.True(float.IsNaN(result[1]));
    }

    [Fact]
    public void AddScaled_RoundedOnce_KeepsWhatTwoRoundingsWouldLose()
    {
        float[] target = [-1f];
        Elementwise.AddScaled(1.0000001f, [0.99999994f], target);
        Assert.Equal((1.0000001f * (double)0.99999994f) - 1, target[0]);
    }

    [Fact]
    public void AddRowBias_EveryRow_GetsTheBias()
    {
        float[] matrix = [1, 2, 3, 4, 5, 6];
        Elementwise.AddRowBias([10, 20, 30], matrix);
        Assert.Equal([11, 22, 33, 14, 25, 36], matrix);
    }

    [Fact]
    public void AddRowBias_IncompleteRow_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => Elementwise.AddRowBias(new float[3], new float[4]));
        Assert.Contains("4 floats are not whole rows of 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FirstNonFinite_AnyPositionAndKind_IsFound()
    {
        for (int length = 0; length < 200; length += 7)
        {
            float[] values = TestFloats.Normal(length, length);
            Assert.Equal(-1, Elementwise.FirstNonFinite(values));
            Assert.True(Elementwise.AllFinite(values));
            for (int position = 0; position < length; position++)
            {
                float[] broken = [.. values];
                broken[position] = (position % 3) switch
                {
                    0 => float.NaN,
                    1 => float.PositiveInfinity,
                    _ => float.NegativeInfinity,
                };
                broken[length - 1] = float.NaN;
                Assert.Equal(position, Elementwise.FirstNonFinite(broken));
                Assert.Equal(position, NonFiniteSearch.FirstScalar(broken));
                Assert.False(Elementwise.AllFinite(broken));
            }
        }
    }

    [Fact]
    public void FirstNonFinite_LargestAndSubnormalValues_AreFinite() =>
        Assert.Equal(-1, Elementwise.FirstNonFinite([.. Enumerable.Repeat(float.MaxValue, 64), float.Epsilon, -0f]));

    private static void AssertTwins<TOperation>(TOperation operation, Action<float[], float[]> fast)
        where TOperation : struct, IUnaryOperation
    {
        for (int length = 0; length < 50; length++)
        {
            float[] x = [.. TestFloats.Normal(length, length), .. Edges];
            var expected = new float[x.Length];
            SpanMap.Scalar(operation, x, expected);
            var actual = new float[x.Length];
            fast(x, actual);
            TestFloats.AssertSameBits(expected, actual);
            fast(x, x);
            TestFloats.AssertSameBits(expected, x);
        }
    }

    private static void AssertTwins<TOperation>(TOperation operation, Action<float[], float[], float[]> fast)
        where TOperation : struct, IBinaryOperation
    {
        for (int length = 0; length < 50; length++)
        {
            float[] x = [.. TestFloats.Normal(length, length), 0f, -0f, 1f, -1f, 100f, -100f];
            float[] y = TestFloats.Normal(x.Length, length + 1);
            var expected = new float[x.Length];
            SpanMap.Scalar(operation, x, y, expected);
            var actual = new float[x.Length];
            fast(x, y, actual);
            TestFloats.AssertSameBits(expected, actual);
            fast(x, y, y);
            TestFloats.AssertSameBits(expected, y);
        }
    }
}
