namespace DistTrain.Numerics;

/// <summary>The scalar twin of <see cref="Convolution2d"/>: plain loops over samples in rows that define its bits.</summary>
internal static class ScalarConvolution2d
{
    public static void Forward(
        in ConvolutionShape shape, int sampleCount, ReadOnlySpan<float> input, ReadOnlySpan<float> weight,
        ReadOnlySpan<float> bias, Span<float> output)
    {
        for (int index = 0; index < output.Length; index++)
        {
            (int sample, int channel, int y, int x) = Position(shape, index);
            float sum = bias.IsEmpty ? 0 : bias[channel];
            for (int tap = 0; tap < shape.PatchSize; tap++)
            {
                int at = InputIndex(shape, sample, tap, y, x);
                if (at >= 0)
                {
                    sum = MathF.FusedMultiplyAdd(weight[(channel * shape.PatchSize) + tap], input[at], sum);
                }
            }

            output[index] = sum;
        }
    }

    public static void InputGradient(
        in ConvolutionShape shape, int sampleCount, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> weight,
        Span<float> inputGradient)
    {
        inputGradient.Clear();
        for (int sample = 0; sample < sampleCount; sample++)
        {
            for (int weightIndex = 0; weightIndex < shape.WeightSize; weightIndex++)
            {
                int channel = weightIndex / shape.PatchSize, tap = weightIndex % shape.PatchSize;
                for (int position = 0; position < shape.PositionCount; position++)
                {
                    int index = InputIndex(shape, sample, tap, position / shape.OutWidth, position % shape.OutWidth);
                    if (index >= 0)
                    {
                        inputGradient[index] = MathF.FusedMultiplyAdd(
                            weight[weightIndex],
                            outputGradient[(((sample * shape.OutChannels) + channel) * shape.PositionCount) + position],
                            inputGradient[index]);
                    }
                }
            }
        }
    }

    public static void WeightGradient(
        in ConvolutionShape shape, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> input,
        ReadOnlySpan<float> outputGradient, Span<float> weightGradient)
    {
        int segmentCount = segmentStarts.Length - 1;
        float[] shards = new float[segmentCount];
        for (int channel = 0; channel < shape.OutChannels; channel++)
        {
            for (int tap = 0; tap < shape.PatchSize; tap++)
            {
                for (int segment = 0; segment < segmentCount; segment++)
                {
                    shards[segment] = ShardSum(
                        shape, segmentStarts[segment], segmentStarts[segment + 1], channel, tap, input, outputGradient);
                }

                weightGradient[(channel * shape.PatchSize) + tap] = TreeSumOf(shards);
            }
        }
    }

    public static void BiasGradient(
        in ConvolutionShape shape, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> outputGradient,
        Span<float> biasGradient)
    {
        float[] shards = new float[segmentStarts.Length - 1];
        for (int channel = 0; channel < shape.OutChannels; channel++)
        {
            for (int segment = 0; segment < shards.Length; segment++)
            {
                shards[segment] = 0;
                for (int sample = segmentStarts[segment]; sample < segmentStarts[segment + 1]; sample++)
                {
                    foreach (float gradient in outputGradient.Slice(
                        ((sample * shape.OutChannels) + channel) * shape.PositionCount, shape.PositionCount))
                    {
                        shards[segment] += gradient;
                    }
                }
            }

            biasGradient[channel] = TreeSumOf(shards);
        }
    }

    private static float ShardSum(
        in ConvolutionShape shape, int firstSample, int endSample, int channel, int tap,
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient)
    {
        float sum = 0;
        for (int sample = firstSample; sample < endSample; sample++)
        {
            for (int position = 0; position < shape.PositionCount; position++)
            {
                sum = MathF.FusedMultiplyAdd(
                    outputGradient[(((sample * shape.OutChannels) + channel) * shape.PositionCount) + position],
                    Input(shape, input, sample, tap, position / shape.OutWidth, position % shape.OutWidth), sum);
            }
        }

        return sum;
    }

    private static float TreeSumOf(ReadOnlySpan<float> shards)
    {
        if (shards.Length < 2)
        {
            return shards.Length == 0 ? 0 : shards[0];
        }

        int left = 1 << System.Numerics.BitOperations.Log2((uint)(shards.Length - 1));
        return TreeSumOf(shards[..left]) + TreeSumOf(shards[left..]);
    }

    private static (int Sample, int Channel, int Y, int X) Position(in ConvolutionShape shape, int index)
    {
        int x = index % shape.OutWidth, rest = index / shape.OutWidth;
        int y = rest % shape.OutHeight;
        rest /= shape.OutHeight;
        return (rest / shape.OutChannels, rest % shape.OutChannels, y, x);
    }

    private static float Input(
        in ConvolutionShape shape, ReadOnlySpan<float> input, int sample, int tap, int outY, int outX)
    {
        int index = InputIndex(shape, sample, tap, outY, outX);
        return index < 0 ? 0 : input[index];
    }

    /// <returns>The input element under a tap of the kernel, or −1 in the padding.</returns>
    private static int InputIndex(in ConvolutionShape shape, int sample, int tap, int outY, int outX)
    {
        int kx = tap % shape.KernelWidth, ky = tap / shape.KernelWidth % shape.KernelHeight;
        int channel = tap / (shape.KernelWidth * shape.KernelHeight);
        int y = (outY * shape.StrideHeight) + ky - shape.PaddingHeight, x = (outX * shape.StrideWidth) + kx - shape.PaddingWidth;
        return y < 0 || y >= shape.Height || x < 0 || x >= shape.Width
            ? -1
            : (((((sample * shape.InChannels) + channel) * shape.Height) + y) * shape.Width) + x;
    }
}
