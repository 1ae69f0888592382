using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// Convolution in blocks of samples, alone or as one with the 2 × 2 maximum behind it; the orders of the chains stand at
/// <see cref="Convolution2d"/>.
/// </summary>
internal sealed class Conv2dLane : LayerLane
{
    private readonly Conv2dLayer _layer;
    private readonly IConvolution2d _convolution;

    private Conv2dLane(Conv2dLayer layer, IConvolution2d convolution)
    {
        _layer = layer;
        _convolution = convolution;
    }

    public static Conv2dLane Alone(Conv2dLayer layer) =>
        new(layer, new Convolution2d(layer.Window.Convolution(layer.Channels)));

    /// <summary>Of both layers: the same bits as of their own lanes, one after the other.</summary>
    /// <returns>Null: the two cannot go as one.</returns>
    public static Conv2dLane? TryWithMaximum(Layer first, Layer second)
    {
        if (first is not Conv2dLayer convolution
            || second is not MaxPool2dLayer
            {
                Window: { WindowSize: 4, WindowHeight: 2, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 0, PaddingWidth: 0 }
            })
        {
            return null;
        }

        ConvolutionShape shape = convolution.Window.Convolution(convolution.Channels);
        return PooledConvolution2d.CanPool(shape) ? new Conv2dLane(convolution, new PooledConvolution2d(shape)) : null;
    }

    public override bool KeepsInput => true;

    public override SampleLayout Layout => SampleLayout.Blocks;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> bias =
            _layer.Bias is { } slice ? pass.Parameters.Slice(slice.Start, slice.Length) : default;
        _convolution.Forward(pass.Rows, input, Weight(pass), bias, output);
    }

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        Span<float> weightSums = sums.Slice(_layer.Weight.Start, _layer.Weight.Length);
        Span<float> biasSums = _layer.Bias is { } bias ? sums.Slice(bias.Start, bias.Length) : default;
        _convolution.WeightGradient(pass.ShardStarts, input, outputGradient, weightSums, biasSums);
        if (!inputGradient.IsEmpty)
        {
            _convolution.InputGradient(pass.Rows, outputGradient, Weight(pass), inputGradient);
        }
    }

    public override void Dispose() => _convolution.Dispose();

    private ReadOnlySpan<float> Weight(in LayerPass pass) =>
        pass.Parameters.Slice(_layer.Weight.Start, _layer.Weight.Length);
}
