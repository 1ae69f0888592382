using System.Diagnostics.CodeAnalysis;
using DistTrain.Numerics.Convolution;

namespace DistTrain.Numerics;

/// <summary>Two-dimensional convolution of float32 samples, forward and its gradients: one thread's workspace.</summary>
/// <remarks>
/// Samples lie in blocks of sixteen (<see cref="SampleBlocks"/>), weights row-major. Canonical order, whatever the vector
/// width, thread or place in a block: see each method. The scalar twin is <see cref="ScalarConvolution2d"/>. Memory is
/// taken when a method is first called; steady calls allocate nothing.
/// </remarks>
/// <param name="shape">Of every sample.</param>
public sealed unsafe class Convolution2d(ConvolutionShape shape) : IConvolution2d
{
    private ITapProduct? _forward, _inputGradient;
    private IConvolutionWeightGradient? _weightGradient;
    private IGradientPanels? _gradients;

    private int InputPlane => shape.Height * shape.Width;

    private int KernelSize => shape.KernelHeight * shape.KernelWidth;

    /// <summary>output = bias + input ∗ weight.</summary>
    /// <param name="input">Shape (blocks, inChannels, height, width, 16).</param>
    /// <param name="weight">Shape (outChannels, inChannels, kernelHeight, kernelWidth).</param>
    /// <param name="bias">Shape (outChannels,), every chain's start; empty: zeros.</param>
    /// <param name="output">Shape (blocks, outChannels, outHeight, outWidth, 16). Overwritten.</param>
    /// <remarks>
    /// An element is one chain sum ← fma(weight, input, sum) over (inChannel, ky, kx) ascending, without those that fall
    /// into the padding.
    /// </remarks>
    public void Forward(
        int sampleCount, ReadOnlySpan<float> input, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> output)
    {
        Check("the input", input.Length, SampleBlocks.Length(sampleCount, shape.InputSize));
        Check("the weight", weight.Length, shape.WeightSize);
        Check("the bias", bias.IsEmpty ? shape.OutChannels : bias.Length, shape.OutChannels);
        Check("the output", output.Length, SampleBlocks.Length(sampleCount, shape.OutputSize));
        _forward ??= ConvolutionLadder.Product(
            TapPlan.Forward(shape), shape.InChannels, InputPlane, KernelSize, shape.OutChannels, shape.PositionCount);
        fixed (float* pInput = input, pWeight = weight, pBias = bias, pOutput = output)
        {
            _forward.Pack(pWeight, shape.PatchSize, KernelSize, pBias);
            _forward.Run(SampleBlocks.Count(sampleCount), pInput, pOutput);
        }
    }

    /// <summary>The gradient with respect to the input.</summary>
    /// <param name="outputGradient">Shape (blocks, outChannels, outHeight, outWidth, 16).</param>
    /// <param name="weight">Shape (outChannels, inChannels, kernelHeight, kernelWidth).</param>
    /// <param name="inputGradient">Shape (blocks, inChannels, height, width, 16). Overwritten.</param>
    /// <remarks>
    /// An element is one chain sum ← fma(weight, gradient, sum) from zero over (outChannel, ky, kx) ascending, of the
    /// kernel elements that lie over it at some output position.
    /// </remarks>
    public void InputGradient(
        int sampleCount, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> weight, Span<float> inputGradient)
    {
        Check("the output gradient", outputGradient.Length, SampleBlocks.Length(sampleCount, shape.OutputSize));
        Check("the weight", weight.Length, shape.WeightSize);
        Check("the input gradient", inputGradient.Length, SampleBlocks.Length(sampleCount, shape.InputSize));
        _inputGradient ??= ConvolutionLadder.Product(
            TapPlan.Backward(shape), shape.OutChannels, shape.PositionCount, KernelSize, shape.InChannels, InputPlane);
        fixed (float* pGradient = outputGradient, pWeight = weight, pResult = inputGradient)
        {
            _inputGradient.Pack(pWeight, KernelSize, shape.PatchSize, null);
            _inputGradient.Run(SampleBlocks.Count(sampleCount), pGradient, pResult);
        }
    }

    /// <summary>The gradients with respect to weight and bias, summed over shards of samples in tree order.</summary>
    /// <param name="segmentStarts">Shard s holds samples [segmentStarts[s], segmentStarts[s+1]); the first is 0.</param>
    /// <param name="input">Shape (blocks, inChannels, height, width, 16) of segmentStarts[^1] samples.</param>
    /// <param name="outputGradient">Shape (blocks, outChannels, outHeight, outWidth, 16).</param>
    /// <param name="weightGradient">Shape (outChannels, inChannels, kernelHeight, kernelWidth). Overwritten.</param>
    /// <param name="biasGradient">Shape (outChannels,). Overwritten. Empty: not wanted.</param>
    /// <remarks>
    /// A shard's element is one chain sum ← fma(gradient, input, sum) from zero over (sample, output position) ascending,
    /// in which padding counts as zeros; of the bias, the chain sum ← sum + gradient. Shards are added as in
    /// <see cref="MatrixProduct.Tn"/>.
    /// </remarks>
    public void WeightGradient(
        ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient,
        Span<float> weightGradient, Span<float> biasGradient = default)
    {
        MatrixProduct.CheckSegments(segmentStarts);
        Check("the input", input.Length, SampleBlocks.Length(segmentStarts[^1], shape.InputSize));
        Check("the output gradient", outputGradient.Length, SampleBlocks.Length(segmentStarts[^1], shape.OutputSize));
        Check("the weight gradient", weightGradient.Length, shape.WeightSize);
        Check("the bias gradient", biasGradient.IsEmpty ? shape.OutChannels : biasGradient.Length, shape.OutChannels);
        _weightGradient ??= ConvolutionLadder.WeightGradient(shape, isPooled: false, out _gradients);
        fixed (float* pInput = input, pGradient = outputGradient, pResult = weightGradient, pBias = biasGradient)
        {
            _gradients!.Source = pGradient;
            _weightGradient.Run(segmentStarts, pInput, pResult, pBias);
        }
    }

    public void Dispose()
    {
        _forward?.Dispose();
        _inputGradient?.Dispose();
        _weightGradient?.Dispose();
    }

    internal static void Check(string tensor, int length, int expected)
    {
        if (length != expected)
        {
            ThrowLength(tensor, length, expected);
        }
    }

    [DoesNotReturn]
    private static void ThrowLength(string tensor, int length, int expected) =>
        throw new ArgumentException($"{tensor} of a convolution has {length} elements, expected {expected}");
}
