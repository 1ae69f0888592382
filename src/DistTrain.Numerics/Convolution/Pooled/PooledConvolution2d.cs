using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Convolution;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics;

/// <summary>
/// A convolution without padding whose outputs go into maxima over 2 × 2 windows with stride 2, as one: the outputs and
/// their gradients never come to memory as a whole. One thread's workspace.
/// </summary>
/// <remarks>
/// Samples lie in blocks of sixteen (<see cref="SampleBlocks"/>). Same bits as <see cref="Convolution2d"/> and the maxima
/// one after the other. An uneven last row or column of outputs is in no window. Steady calls allocate nothing.
/// </remarks>
public sealed unsafe class PooledConvolution2d : IConvolution2d
{
    private readonly ConvolutionShape _shape;
    private readonly ITapProduct _forward;
    private ITapProduct? _inputGradient;
    private SparseWeightGradient? _sparseGradient;
    private IConvolutionWeightGradient? _weightGradient;
    private IGradientPanels? _gradients;
    private AlignedBuffer _winners = new(0);
    private AlignedBuffer _expanded = new(0);

    /// <exception cref="ArgumentException"><see cref="CanPool"/> is false for the shape.</exception>
    public PooledConvolution2d(in ConvolutionShape shape)
    {
        if (!CanPool(shape))
        {
            throw new ArgumentException("a convolution with padding, or whose output has no 2 × 2 window, cannot be pooled", nameof(shape));
        }

        _shape = shape;
        _forward = ConvolutionLadder.Product(
            TapPlan.Windows(shape), shape.InChannels, InputPlane, KernelSize, shape.OutChannels, shape.PositionCount);
    }

    /// <summary>Floats of one sample's maxima.</summary>
    public int PooledSize => _shape.OutChannels * (_shape.OutHeight / 2) * (_shape.OutWidth / 2);

    private int InputPlane => _shape.Height * _shape.Width;

    private int KernelSize => _shape.KernelHeight * _shape.KernelWidth;

    public static bool CanPool(in ConvolutionShape shape) =>
        shape.PaddingHeight == 0 && shape.PaddingWidth == 0 && shape.OutHeight >= 2 && shape.OutWidth >= 2;

    /// <summary>output = maxima of (bias + input ∗ weight); remembers where they were.</summary>
    /// <param name="output">Shape (blocks, outChannels, outHeight / 2, outWidth / 2, 16). Overwritten.</param>
    /// <inheritdoc cref="Convolution2d.Forward"/>
    public void Forward(
        int sampleCount, ReadOnlySpan<float> input, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> output)
    {
        Convolution2d.Check("the input", input.Length, SampleBlocks.Length(sampleCount, _shape.InputSize));
        Convolution2d.Check("the weight", weight.Length, _shape.WeightSize);
        Convolution2d.Check("the bias", bias.IsEmpty ? _shape.OutChannels : bias.Length, _shape.OutChannels);
        Convolution2d.Check("the pooled output", output.Length, SampleBlocks.Length(sampleCount, PooledSize));
        if (_winners.Length < output.Length)
        {
            _winners.Dispose();
            _winners = new AlignedBuffer(output.Length);
        }

        fixed (float* pInput = input, pWeight = weight, pBias = bias, pOutput = output)
        {
            _forward.Pack(pWeight, _shape.PatchSize, KernelSize, pBias);
            _forward.RunPooled(SampleBlocks.Count(sampleCount), pInput, pOutput, _winners.Pointer);
        }
    }

    /// <summary>The gradients with respect to weight and bias, after <see cref="Forward"/> of the same samples.</summary>
    /// <param name="outputGradient">Shape (blocks, outChannels, outHeight / 2, outWidth / 2, 16).</param>
    /// <inheritdoc cref="Convolution2d.WeightGradient"/>
    public void WeightGradient(
        ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient,
        Span<float> weightGradient, Span<float> biasGradient = default)
    {
        MatrixProduct.CheckSegments(segmentStarts);
        Convolution2d.Check("the input", input.Length, SampleBlocks.Length(segmentStarts[^1], _shape.InputSize));
        Convolution2d.Check("the pooled gradient", outputGradient.Length, SampleBlocks.Length(segmentStarts[^1], PooledSize));
        Convolution2d.Check("the weight gradient", weightGradient.Length, _shape.WeightSize);
        Convolution2d.Check(
            "the bias gradient", biasGradient.IsEmpty ? _shape.OutChannels : biasGradient.Length, _shape.OutChannels);
        fixed (float* pInput = input, pGradient = outputGradient, pResult = weightGradient, pBias = biasGradient)
        {
            if (ProductLadder.Rung == Rung.Bits512)
            {
                _sparseGradient ??= new SparseWeightGradient(_shape);
                if (_sparseGradient.TryRun(segmentStarts, pInput, pGradient, _winners.Pointer, pResult, pBias))
                {
                    return;
                }
            }

            _weightGradient ??= ConvolutionLadder.WeightGradient(_shape, isPooled: true, out _gradients);
            _gradients!.Source = pGradient;
            _gradients.Winners = _winners.Pointer;
            _weightGradient.Run(segmentStarts, pInput, pResult, pBias);
        }
    }

    /// <summary>The gradient with respect to the input, after <see cref="Forward"/> of the same samples.</summary>
    /// <param name="outputGradient">Shape (blocks, outChannels, outHeight / 2, outWidth / 2, 16).</param>
    /// <inheritdoc cref="Convolution2d.InputGradient"/>
    public void InputGradient(
        int sampleCount, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> weight, Span<float> inputGradient)
    {
        Convolution2d.Check("the pooled gradient", outputGradient.Length, SampleBlocks.Length(sampleCount, PooledSize));
        Convolution2d.Check("the weight", weight.Length, _shape.WeightSize);
        Convolution2d.Check("the input gradient", inputGradient.Length, SampleBlocks.Length(sampleCount, _shape.InputSize));
        if (_inputGradient is null)
        {
            _inputGradient = ConvolutionLadder.Product(
                TapPlan.Backward(_shape), _shape.OutChannels, _shape.PositionCount, KernelSize, _shape.InChannels, InputPlane);
            _expanded = new AlignedBuffer(SampleBlocks.Lanes * _shape.OutputSize);
        }

        fixed (float* pGradient = outputGradient, pWeight = weight, pResult = inputGradient)
        {
            _inputGradient.Pack(pWeight, KernelSize, _shape.PatchSize, null);
            nint pooledStep = SampleBlocks.Lanes * PooledSize, inputStep = SampleBlocks.Lanes * _shape.InputSize;
            for (int block = 0; block < SampleBlocks.Count(sampleCount); block++)
            {
                Expand(pGradient + (block * pooledStep), _winners.Pointer + (block * pooledStep), _expanded.Pointer);
                _inputGradient.Run(1, _expanded.Pointer, pResult + (block * inputStep));
            }
        }
    }

    public void Dispose()
    {
        _forward.Dispose();
        _inputGradient?.Dispose();
        _sparseGradient?.Dispose();
        _weightGradient?.Dispose();
        _winners.Dispose();
        _expanded.Dispose();
    }

    /// <summary>One block's gradients at every output position; what is in no window stays zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Expand(float* gradients, float* winners, float* target)
    {
        nint line = _shape.OutWidth * SampleBlocks.Lanes;
        int windowRows = _shape.OutHeight / 2, windowColumns = _shape.OutWidth / 2;
        for (int channel = 0; channel < _shape.OutChannels; channel++, target += _shape.OutHeight * line)
        {
            float* upper = target;
            for (int y = 0; y < windowRows; y++, upper += 2 * line)
            {
                float* place = upper;
                for (int x = 0; x < windowColumns; x++, place += 2 * SampleBlocks.Lanes)
                {
                    // A gradient of −0 becomes +0, as where it is added to the others'.
                    Vector512<float> gradient = Vector512.Load(gradients) + Vector512<float>.Zero;
                    Vector512<int> winner = Vector512.Load(winners).AsInt32();
                    Share(gradient, winner, 0).Store(place);
                    Share(gradient, winner, 1).Store(place + SampleBlocks.Lanes);
                    Share(gradient, winner, 2).Store(place + line);
                    Share(gradient, winner, 3).Store(place + line + SampleBlocks.Lanes);
                    gradients += SampleBlocks.Lanes;
                    winners += SampleBlocks.Lanes;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Share(Vector512<float> gradient, Vector512<int> winner, int position) =>
        gradient & Vector512.Equals(winner, Vector512.Create(position)).AsSingle();
}
