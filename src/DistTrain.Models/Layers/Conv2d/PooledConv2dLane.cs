using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A convolution and the 2 × 2 maximum behind it, as one; same bits as their own lanes.</summary>
internal sealed class PooledConv2dLane(Conv2dLayer layer) : LayerLane
{
    private readonly PooledConvolution2d _convolution = new(layer.Window.Convolution(layer.Channels));

    public override bool KeepsInput => true;

    public override SampleLayout Layout => SampleLayout.Blocks;

    /// <summary>Whether the two layers can go as one.</summary>
    public static bool Fits(Layer first, Layer second) =>
        first is Conv2dLayer convolution
        && second is MaxPool2dLayer { Window: { WindowSize: 4, WindowHeight: 2, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 0, PaddingWidth: 0 } }
        && PooledConvolution2d.CanPool(convolution.Window.Convolution(convolution.Channels));

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> bias =
            layer.Bias is { } slice ? pass.Parameters.Slice(slice.Start, slice.Length) : default;
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
        Span<float> weightSums = sums.Slice(layer.Weight.Start, layer.Weight.Length);
        Span<float> biasSums = layer.Bias is { } bias ? sums.Slice(bias.Start, bias.Length) : default;
        _convolution.WeightGradient(pass.ShardStarts, input, outputGradient, weightSums, biasSums);
        if (!inputGradient.IsEmpty)
        {
            _convolution.InputGradient(pass.Rows, outputGradient, Weight(pass), inputGradient);
        }
    }

    public override void Dispose() => _convolution.Dispose();

    private ReadOnlySpan<float> Weight(in LayerPass pass) =>
        pass.Parameters.Slice(layer.Weight.Start, layer.Weight.Length);
}
