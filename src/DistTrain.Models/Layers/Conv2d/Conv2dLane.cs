using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Convolution in blocks of samples; the orders of the chains stand at <see cref="Convolution2d"/>.</summary>
internal sealed class Conv2dLane(Conv2dLayer layer) : LayerLane
{
    private readonly Convolution2d _convolution = new(layer.Window.Convolution(layer.Channels));

    public override bool KeepsInput => true;

    public override SampleLayout Layout => SampleLayout.Blocks;

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
