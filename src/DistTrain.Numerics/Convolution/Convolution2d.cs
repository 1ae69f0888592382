using System.Diagnostics.CodeAnalysis;
using DistTrain.Numerics.Convolution;

namespace DistTrain.Numerics;

/// <summary>Two-dimensional convolution of float32 samples, forward and both gradients. Row-major, dense.</summary>
/// <remarks>
/// Canonical order, whatever the block sizes, vector width or thread: see each method. Padded elements take part as
/// zeros, so a weight that is not finite spoils the outputs at the border too. The scalar twin is
/// <see cref="ScalarConvolution2d"/>.
/// </remarks>
public static unsafe class Convolution2d
{
    /// <summary>output = bias + input ∗ weight.</summary>
    /// <param name="input">Shape (sampleCount, inChannels, height, width).</param>
    /// <param name="weight">Shape (outChannels, inChannels, kernelHeight, kernelWidth).</param>
    /// <param name="bias">Shape (outChannels,), every chain's start; empty: zeros.</param>
    /// <param name="output">Shape (sampleCount, outChannels, outHeight, outWidth). Overwritten.</param>
    /// <remarks>An element is one chain sum ← fma(weight, input, sum) over (inChannel, ky, kx) ascending.</remarks>
    public static void Forward(
        in ConvolutionShape shape, int sampleCount, ReadOnlySpan<float> input, ReadOnlySpan<float> weight,
        ReadOnlySpan<float> bias, Span<float> output)
    {
        Check("the input", input.Length, (long)sampleCount * shape.InputSize);
        Check("the weight", weight.Length, shape.WeightSize);
        Check("the bias", bias.IsEmpty ? shape.OutChannels : bias.Length, shape.OutChannels);
        Check("the output", output.Length, (long)sampleCount * shape.OutputSize);
        fixed (float* pInput = input, pWeight = weight, pBias = bias, pOutput = output)
        {
            ConvolutionLadder.Forward(shape, sampleCount, pInput, pWeight, pBias, pOutput);
        }
    }

    /// <summary>The gradient with respect to the input.</summary>
    /// <param name="outputGradient">Shape (sampleCount, outChannels, outHeight, outWidth).</param>
    /// <param name="weight">Shape (outChannels, inChannels, kernelHeight, kernelWidth).</param>
    /// <param name="inputGradient">Shape (sampleCount, inChannels, height, width). Overwritten.</param>
    /// <remarks>
    /// Each (output position, kernel element) gives a chain fma(weight, gradient, sum) over outChannel ascending, from
    /// zero; an input element adds those that reach it to +0, kernel rows descending (output rows ascending), in a kernel
    /// row columns ascending.
    /// </remarks>
    public static void InputGradient(
        in ConvolutionShape shape, int sampleCount, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> weight,
        Span<float> inputGradient)
    {
        Check("the output gradient", outputGradient.Length, (long)sampleCount * shape.OutputSize);
        Check("the weight", weight.Length, shape.WeightSize);
        Check("the input gradient", inputGradient.Length, (long)sampleCount * shape.InputSize);
        fixed (float* pGradient = outputGradient, pWeight = weight, pResult = inputGradient)
        {
            ConvolutionLadder.InputGradient(shape, sampleCount, pGradient, pWeight, pResult);
        }
    }

    /// <summary>The gradient with respect to the weight, summed over shards of samples in tree order.</summary>
    /// <param name="segmentStarts">Shard s holds samples [segmentStarts[s], segmentStarts[s+1]); the first is 0.</param>
    /// <param name="input">Shape (segmentStarts[^1], inChannels, height, width).</param>
    /// <param name="outputGradient">Shape (segmentStarts[^1], outChannels, outHeight, outWidth).</param>
    /// <param name="weightGradient">Shape (outChannels, inChannels, kernelHeight, kernelWidth). Overwritten.</param>
    /// <remarks>
    /// A shard's element is one chain sum ← fma(gradient, input, sum) over (sample, output position) ascending from
    /// zero; shards are added as in <see cref="MatrixProduct.Tn"/>.
    /// </remarks>
    public static void WeightGradient(
        in ConvolutionShape shape, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> input,
        ReadOnlySpan<float> outputGradient, Span<float> weightGradient)
    {
        MatrixProduct.CheckSegments(segmentStarts);
        int sampleCount = segmentStarts[^1];
        Check("the input", input.Length, (long)sampleCount * shape.InputSize);
        Check("the output gradient", outputGradient.Length, (long)sampleCount * shape.OutputSize);
        Check("the weight gradient", weightGradient.Length, shape.WeightSize);
        if (segmentStarts.Length == 1)
        {
            weightGradient.Clear();
            return;
        }

        fixed (float* pInput = input, pGradient = outputGradient, pResult = weightGradient)
        {
            ConvolutionLadder.WeightGradient(shape, segmentStarts, pInput, pGradient, pResult);
        }
    }

    /// <summary>The gradient with respect to the bias, summed over shards of samples in tree order.</summary>
    /// <param name="segmentStarts">As for <see cref="WeightGradient"/>.</param>
    /// <param name="outputGradient">Shape (segmentStarts[^1], outChannels, outHeight, outWidth).</param>
    /// <param name="biasGradient">Shape (outChannels,). Overwritten.</param>
    /// <remarks>
    /// A channel of a sample is summed in 16 virtual lanes (lane = position mod 16), which are added by the fixed tree
    /// (i, i+8), (i, i+4), (i, i+2), (i, i+1); samples of a shard are added in ascending order from +0.
    /// </remarks>
    public static void BiasGradient(
        in ConvolutionShape shape, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> outputGradient,
        Span<float> biasGradient)
    {
        MatrixProduct.CheckSegments(segmentStarts);
        Check("the output gradient", outputGradient.Length, (long)segmentStarts[^1] * shape.OutputSize);
        Check("the bias gradient", biasGradient.Length, shape.OutChannels);
        ChannelSum.Run(shape.OutChannels, shape.PositionCount, segmentStarts, outputGradient, biasGradient);
    }

    private static void Check(string tensor, int length, long expected)
    {
        if (length != expected)
        {
            ThrowLength(tensor, length, expected);
        }
    }

    [DoesNotReturn]
    private static void ThrowLength(string tensor, int length, long expected) =>
        throw new ArgumentException($"{tensor} of a convolution has {length} elements, expected {expected}");
}
