using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>The gradient goes both ways: δx = δ + f'(x)·δ.</summary>
internal sealed class ResidualLane(ResidualLayer layer) : LayerLane
{
    private readonly LayerChainLane _inner = new(layer.Inner);

    public override bool KeepsInput => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output) =>
        Elementwise.Add(input, _inner.Forward(pass, input), output);

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        outputGradient.CopyTo(_inner.OutputGradient(pass.Rows));
        _inner.Backward(pass, input, inputGradient, sums);
        if (!inputGradient.IsEmpty)
        {
            Elementwise.Add(outputGradient, inputGradient, inputGradient);
        }
    }

    public override void Dispose() => _inner.Dispose();
}
