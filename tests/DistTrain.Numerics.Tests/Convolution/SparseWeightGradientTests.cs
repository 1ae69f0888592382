using DistTrain.Numerics.Convolution;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Convolution;

/// <summary>The gradient from the winners alone against the scalar sum over all positions.</summary>
public unsafe class SparseWeightGradientTests
{
    /// <summary>Whole patches and one line at a time, one piece and many, tiles side by side, strides, uneven edges, chunks cut short.</summary>
    public static TheoryData<ConvolutionShape, int> Shapes() => new()
    {
        { new(1, 28, 28, 20, 5, 5), 3 },
        { new(20, 12, 12, 50, 5, 5), 18 },
        { new(3, 8, 9, 7, 2, 2), 17 },
        { new(2, 11, 13, 4, 3, 4, 2, 1, 0, 0), 5 },
        { new(25, 7, 7, 3, 1, 5), 2 },
        { new(26, 7, 8, 3, 5, 5), 2 },
        { new(48, 7, 9, 3, 3, 3), 2 },
        { new(1, 6, 44, 3, 5, 5), 2 },
        { new(2, 67, 66, 2, 3, 3), 1 },
        { new(20, 41, 43, 3, 5, 5, 2, 2, 0, 0), 2 },
        { new(1, 2, 2, 1, 1, 1), 1 },
        { new(2, 3, 3, 16, 1, 1), 4 },
        { new(16, 4, 4, 2, 2, 1), 33 },
        { new(12, 6, 6, 2, 1, 4), 2 },
        { new(16, 6, 6, 2, 1, 4), 2 },
        { new(20, 6, 6, 2, 1, 4), 2 },
    };

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void TryRun_FiniteInputs_EqualsScalarTwinBitForBit(ConvolutionShape shape, int samples)
    {
        RequireVectors();
        var given = new Given(shape, samples);
        int[] starts = [0, samples / 3, samples / 3, samples];
        Assert.True(given.TryRun(starts, out float[] weight, out float[] bias));
        float[] expectedWeight = new float[weight.Length], expectedBias = new float[bias.Length];
        ScalarConvolution2d.WeightGradient(shape, starts, given.Input, given.Expanded(), expectedWeight);
        ScalarConvolution2d.BiasGradient(shape, starts, given.Expanded(), expectedBias);
        TestFloats.AssertSameBits(expectedWeight, weight);
        TestFloats.AssertSameBits(expectedBias, bias);
    }

    /// <summary>A segment's sums must not hang on what ran before, also where it was refused.</summary>
    [SkippableFact]
    public void TryRun_AgainAfterRefusal_GivesTheSame()
    {
        RequireVectors();
        var given = new Given(new ConvolutionShape(2, 7, 7, 3, 2, 2), 18);
        using var gradient = new SparseWeightGradient(given.Shape);
        Assert.True(given.TryRun(gradient, [0, 4, 18], out float[] before, out _));
        float value = given.Input[^1];
        given.Input[^1] = float.NaN;
        Assert.False(given.TryRun(gradient, [0, 4, 18], out _, out _));
        given.Input[^1] = value;
        Assert.True(given.TryRun(gradient, [0, 4, 18], out float[] after, out _));
        TestFloats.AssertSameBits(before, after);
    }

    [SkippableTheory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void TryRun_InputNotFinite_Refuses(float value)
    {
        RequireVectors();
        var given = new Given(new ConvolutionShape(2, 7, 7, 3, 2, 2), 3);
        given.Input[^1] = value;
        Assert.False(given.TryRun([0, 3], out _, out _));
    }

    /// <summary>
    /// The chain −0 (an underflow), then the steps of positions that did not win: whole it ends with +0, from the winners alone
    /// with −0.
    /// </summary>
    [SkippableFact]
    public void TryRun_SumIsNegativeZero_Refuses()
    {
        RequireVectors();
        var given = new Given(new ConvolutionShape(1, 2, 2, 1, 1, 1), 1);
        (given.Gradient[0], given.Winners[0]) = (-1e-30f, 0);
        new[] { 1e-30f, 1, 1, 1 }.CopyTo(given.Input, 0);
        Assert.False(given.TryRun([0, 1], out _, out _));

        var pooled = new float[1];
        ScalarConvolution2d.WeightGradient(given.Shape, [0, 1], given.Input, given.Expanded(), pooled);
        TestFloats.AssertSameBits([0f], pooled);
    }

    private static void RequireVectors() =>
        Skip.If(ProductLadder.Rung != Rung.Bits512, "zeros are left out with AVX-512 only, which is not here or is switched off");

    private sealed class Given
    {
        private readonly int _samples, _pooledHeight, _pooledWidth;

        public Given(ConvolutionShape shape, int samples)
        {
            Shape = shape;
            _samples = samples;
            (_pooledHeight, _pooledWidth) = (shape.OutHeight / 2, shape.OutWidth / 2);
            var random = new Random(shape.GetHashCode());
            int pooled = samples * shape.OutChannels * _pooledHeight * _pooledWidth;
            Input = TestFloats.Normal(samples * shape.InputSize, 1);
            Gradient = TestFloats.Normal(pooled, 2);
            Winners = [.. Enumerable.Range(0, pooled).Select(_ => random.Next(4))];
            for (int i = 0; i < pooled; i += random.Next(1, 9))
            {
                Gradient[i] = random.Next(2) == 0 ? 0 : -0f;
            }
        }

        public ConvolutionShape Shape { get; }

        /// <summary>Shape (samples, inChannels, height, width).</summary>
        public float[] Input { get; }

        /// <summary>Shape (samples, outChannels, outHeight / 2, outWidth / 2).</summary>
        public float[] Gradient { get; }

        public int[] Winners { get; }

        /// <summary>The gradients at the positions that won, zeros at the others; shape (samples, outChannels, outHeight, outWidth).</summary>
        public float[] Expanded()
        {
            var expanded = new float[_samples * Shape.OutputSize];
            for (int i = 0; i < Gradient.Length; i++)
            {
                int plane = i / (_pooledHeight * _pooledWidth), window = i % (_pooledHeight * _pooledWidth);
                int y = (2 * (window / _pooledWidth)) + (Winners[i] / 2), x = (2 * (window % _pooledWidth)) + (Winners[i] % 2);
                expanded[(plane * Shape.PositionCount) + (y * Shape.OutWidth) + x] += Gradient[i];
            }

            return expanded;
        }

        public bool TryRun(int[] starts, out float[] weight, out float[] bias)
        {
            using var gradient = new SparseWeightGradient(Shape);
            return TryRun(gradient, starts, out weight, out bias);
        }

        public bool TryRun(SparseWeightGradient gradient, int[] starts, out float[] weight, out float[] bias)
        {
            weight = new float[Shape.WeightSize];
            bias = new float[Shape.OutChannels];
            float[] winners = [.. Winners.Select(BitConverter.Int32BitsToSingle)];
            fixed (float* pInput = Blocks(Input), pGradient = Blocks(Gradient), pWinners = Blocks(winners), pWeight = weight, pBias = bias)
            {
                return gradient.TryRun(starts, pInput, pGradient, pWinners, pWeight, pBias);
            }
        }

        private float[] Blocks(float[] rows)
        {
            var blocks = new float[SampleBlocks.Length(_samples, rows.Length / _samples)];
            SampleBlocks.FromRows(_samples, rows.Length / _samples, rows, blocks);
            return blocks;
        }
    }
}
