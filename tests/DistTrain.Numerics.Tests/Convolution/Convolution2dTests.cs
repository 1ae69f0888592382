using System.Runtime.InteropServices;

namespace DistTrain.Numerics.Tests.Convolution;

public class Convolution2dTests
{
    public static TheoryData<ConvolutionShape, int> Shapes()
    {
        var shapes = new TheoryData<ConvolutionShape, int>
        {
            { new(1, 28, 28, 20, 5, 5), 3 },
            { new(20, 12, 12, 50, 5, 5), 9 },
            { new(3, 8, 8, 5, 3, 3, padding: 1), 4 },
            { new(3, 9, 11, 13, 3, 3, 2, 1), 5 },
            { new(1, 1, 1, 1, 1, 1), 1 },
            { new(2, 5, 40, 3, 5, 1), 2 },
            { new(130, 6, 6, 3, 3, 3, padding: 2), 2 },
            { new(300, 14, 14, 2, 2, 2), 2 },
        };
        var random = new Random(11);
        for (int i = 0; i < 40; i++)
        {
            int kernelHeight = random.Next(1, 5), kernelWidth = random.Next(1, 5);
            shapes.Add(
                new(
                    random.Next(1, 20), random.Next(kernelHeight, 15), random.Next(kernelWidth, 22), random.Next(1, 30),
                    kernelHeight, kernelWidth, random.Next(1, 4), random.Next(1, 4), random.Next(kernelHeight),
                    random.Next(kernelWidth)),
                random.Next(1, 20));
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_EqualsScalarTwinBitForBit(ConvolutionShape shape, int sampleCount)
    {
        float[] input = Numbers(sampleCount * shape.InputSize, 1), weight = Numbers(shape.WeightSize, 2);
        float[] expected = new float[sampleCount * shape.OutputSize], actual = Garbage(expected.Length);
        using var convolution = new Convolution2d(shape);
        foreach (float[] bias in new[] { [], Numbers(shape.OutChannels, 3) })
        {
            ScalarConvolution2d.Forward(shape, sampleCount, input, weight, bias, expected);
            var blocks = new float[SampleBlocks.Length(sampleCount, shape.OutputSize)];
            convolution.Forward(sampleCount, Blocks(sampleCount, input), weight, bias, blocks);
            SampleBlocks.ToRows(sampleCount, shape.OutputSize, blocks, actual);
            AssertSameBits(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void InputGradient_AnyShape_EqualsScalarTwinBitForBit(ConvolutionShape shape, int sampleCount)
    {
        float[] gradient = Numbers(sampleCount * shape.OutputSize, 1), weight = Numbers(shape.WeightSize, 2);
        float[] expected = new float[sampleCount * shape.InputSize], actual = Garbage(expected.Length);
        ScalarConvolution2d.InputGradient(shape, sampleCount, gradient, weight, expected);
        using var convolution = new Convolution2d(shape);
        var blocks = new float[SampleBlocks.Length(sampleCount, shape.InputSize)];
        convolution.InputGradient(sampleCount, Blocks(sampleCount, gradient), weight, blocks);
        SampleBlocks.ToRows(sampleCount, shape.InputSize, blocks, actual);
        AssertSameBits(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WeightAndBiasGradient_AnyShards_EqualScalarTwinBitForBit(ConvolutionShape shape, int sampleCount)
    {
        float[] input = Numbers(sampleCount * shape.InputSize, 1), gradient = Numbers(sampleCount * shape.OutputSize, 2);
        using var convolution = new Convolution2d(shape);
        foreach (int segmentCount in new[] { 1, 2, 3, 8, 11 })
        {
            int[] starts = [.. Enumerable.Range(0, segmentCount + 1).Select(s => s * sampleCount / segmentCount)];
            float[] expected = new float[shape.WeightSize], actual = Garbage(shape.WeightSize);
            ScalarConvolution2d.WeightGradient(shape, starts, input, gradient, expected);
            float[] expectedBias = new float[shape.OutChannels], actualBias = Garbage(shape.OutChannels);
            ScalarConvolution2d.BiasGradient(shape, starts, gradient, expectedBias);
            convolution.WeightGradient(
                starts, Blocks(sampleCount, input), Blocks(sampleCount, gradient), actual, actualBias);
            AssertSameBits(expected, actual);
            AssertSameBits(expectedBias, actualBias);
        }
    }

    [Fact]
    public void Convolution_InSteadyState_AllocatesNothing()
    {
        var shape = new ConvolutionShape(3, 9, 11, 13, 3, 3, 2, 1);
        float[] input = new float[SampleBlocks.Length(4, shape.InputSize)];
        float[] output = new float[SampleBlocks.Length(4, shape.OutputSize)];
        float[] weight = Numbers(shape.WeightSize, 2), bias = Numbers(shape.OutChannels, 3);
        int[] starts = [0, 1, 4];
        using var convolution = new Convolution2d(shape);
        void All()
        {
            convolution.Forward(4, input, weight, bias, output);
            convolution.WeightGradient(starts, input, output, weight, bias);
            convolution.InputGradient(4, output, weight, input);
        }

        All();
        All();
        long before = GC.GetAllocatedBytesForCurrentThread();
        All();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0, 5, 5, 1, 3, 3, 1, 0, "inChannels 0")]
    [InlineData(1, 5, 5, 1, 3, 3, 0, 0, "strideHeight 0")]
    [InlineData(1, 5, 5, 1, 3, 3, 1, 3, "0 to 2 can be used")]
    [InlineData(1, 2, 5, 1, 3, 3, 1, 0, "does not fit into an input of 2×5")]
    [InlineData(40000, 300, 300, 1, 3, 3, 1, 0, "3,600,000,000 elements")]
    public void ConvolutionShape_ImpossibleSize_SaysWhich(
        int channels, int height, int width, int outChannels, int kernelHeight, int kernelWidth, int stride, int padding,
        string part)
    {
        var wrong = Assert.Throws<ArgumentException>(
            () => new ConvolutionShape(channels, height, width, outChannels, kernelHeight, kernelWidth, stride, padding));
        Assert.Contains(part, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convolution_WrongLength_SaysWhichTensor()
    {
        using var convolution = new Convolution2d(new ConvolutionShape(1, 4, 4, 2, 3, 3));
        var wrong = Assert.Throws<ArgumentException>(
            () => convolution.Forward(1, new float[16 * 16], new float[17], [], new float[8 * 16]));
        Assert.Contains("the weight of a convolution has 17 elements, expected 18", wrong.Message, StringComparison.Ordinal);
    }

    private static float[] Blocks(int sampleCount, float[] rows)
    {
        var blocks = new float[SampleBlocks.Length(sampleCount, rows.Length / sampleCount)];
        SampleBlocks.FromRows(sampleCount, rows.Length / sampleCount, rows, blocks);
        return blocks;
    }

    private static float[] Numbers(int length, int seed)
    {
        var random = new Random(seed + length);
        float[] numbers = new float[length];
        foreach (ref float number in numbers.AsSpan())
        {
            number = random.NextSingle() - 0.5f;
        }

        return numbers;
    }

    private static float[] Garbage(int length)
    {
        float[] garbage = new float[length];
        Array.Fill(garbage, float.NaN);
        return garbage;
    }

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected), MemoryMarshal.Cast<float, int>(actual));
}
