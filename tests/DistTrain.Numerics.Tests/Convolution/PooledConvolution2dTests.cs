using System.Runtime.InteropServices;

namespace DistTrain.Numerics.Tests.Convolution;

/// <summary>The convolution with maxima against a plain convolution, plain maxima and their plain gradients.</summary>
public class PooledConvolution2dTests
{
    public static TheoryData<ConvolutionShape, int> Shapes() => new()
    {
        { new(1, 28, 28, 20, 5, 5), 3 },
        { new(5, 12, 12, 50, 5, 5), 18 },
        { new(3, 8, 9, 7, 2, 2), 17 },
        { new(2, 11, 13, 4, 3, 4, 2, 1, 0, 0), 5 },
        { new(1, 2, 2, 1, 1, 1), 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void PooledConvolution_ValuesWithTies_EqualsScalarTwinsBitForBit(ConvolutionShape shape, int samples)
    {
        // Small whole numbers: many windows have equal maxima, of which the first one counts; a not-a-number wins.
        var random = new Random(shape.GetHashCode());
        float[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-1, 2))];
        float[] input = Numbers(samples * shape.InputSize), weight = Numbers(shape.WeightSize);
        float[] bias = Numbers(shape.OutChannels);
        input[input.Length / 2] = float.NaN;
        using var pooled = new PooledConvolution2d(shape);
        var outputs = new float[samples * shape.OutputSize];
        ScalarConvolution2d.Forward(shape, samples, input, weight, bias, outputs);
        int[] winners = Winners(shape, samples, outputs);
        var maxima = new float[SampleBlocks.Length(samples, pooled.PooledSize)];
        pooled.Forward(samples, Blocks(samples, input), weight, bias, maxima);
        AssertSame([.. winners.Select(at => outputs[at])], Rows(samples, pooled.PooledSize, maxima));

        float[] gradient = Numbers(winners.Length), expanded = new float[outputs.Length];
        foreach ((int at, float value) in winners.Zip(gradient))
        {
            expanded[at] += value;
        }

        int[] starts = [0, samples / 3, samples / 3, samples];
        float[] expectedWeight = new float[weight.Length], expectedBias = new float[bias.Length];
        float[] actualWeight = new float[weight.Length], actualBias = new float[bias.Length];
        ScalarConvolution2d.WeightGradient(shape, starts, input, expanded, expectedWeight);
        ScalarConvolution2d.BiasGradient(shape, starts, expanded, expectedBias);
        pooled.WeightGradient(starts, Blocks(samples, input), Blocks(samples, gradient), actualWeight, actualBias);
        AssertSame(expectedWeight, actualWeight);
        AssertSame(expectedBias, actualBias);

        float[] expectedInput = new float[input.Length], actualInput = new float[SampleBlocks.Length(samples, shape.InputSize)];
        ScalarConvolution2d.InputGradient(shape, samples, expanded, weight, expectedInput);
        pooled.InputGradient(samples, Blocks(samples, gradient), weight, actualInput);
        AssertSame(expectedInput, Rows(samples, shape.InputSize, actualInput));
    }

    [Fact]
    public void PooledConvolution_WithPadding_IsRefused() => Assert.Throws<ArgumentException>(
        () => new PooledConvolution2d(new ConvolutionShape(1, 6, 6, 1, 3, 3, padding: 1)));

    private static int[] Winners(ConvolutionShape shape, int samples, float[] outputs)
    {
        List<int> winners = [];
        for (int plane = 0; plane < samples * shape.OutChannels; plane++)
        {
            for (int y = 0; y + 1 < shape.OutHeight; y += 2)
            {
                for (int x = 0; x + 1 < shape.OutWidth; x += 2)
                {
                    int first = (plane * shape.PositionCount) + (y * shape.OutWidth) + x, best = first;
                    foreach (int at in (int[])[first + 1, first + shape.OutWidth, first + shape.OutWidth + 1])
                    {
                        best = outputs[at] > outputs[best] || float.IsNaN(outputs[at]) ? at : best;
                    }

                    winners.Add(best);
                }
            }
        }

        return [.. winners];
    }

    private static float[] Blocks(int samples, float[] rows)
    {
        var blocks = new float[SampleBlocks.Length(samples, rows.Length / samples)];
        SampleBlocks.FromRows(samples, rows.Length / samples, rows, blocks);
        return blocks;
    }

    private static float[] Rows(int samples, int size, float[] blocks)
    {
        var rows = new float[samples * size];
        SampleBlocks.ToRows(samples, size, blocks, rows);
        return rows;
    }

    /// <summary>Bit for bit; which not-a-number is open.</summary>
    private static void AssertSame(float[] expected, float[] actual) => Assert.Equal(Bits(expected), Bits(actual));

    private static int[] Bits(float[] values) =>
        MemoryMarshal.Cast<float, int>(values.Select(value => float.IsNaN(value) ? float.NaN : value).ToArray()).ToArray();
}
