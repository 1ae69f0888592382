using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>δW = xᵀ·δ and δb = Σ rows of δ, by shard; δx = δ·Wᵀ.</summary>
internal sealed class LinearLane(LinearLayer layer) : LayerLane
{
    public override bool KeepsInput => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, layer.Weight.Length);
        ReadOnlySpan<float> bias =
            layer.Bias is { } slice ? pass.Parameters.Slice(slice.Start, slice.Length) : default;
        MatrixProduct.Nn(pass.Rows, layer.Output.Size, layer.Input.Size, input, weight, output, bias);
    }

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        int inputs = layer.Input.Size;
        int units = layer.Output.Size;
        if (layer.Bias is { } bias)
        {
            // First, while the gradient is in the caches.
            ColumnSum.Compute(pass.ShardStarts, units, outputGradient, sums.Slice(bias.Start, bias.Length));
        }

        Span<float> weightSums = sums.Slice(layer.Weight.Start, layer.Weight.Length);
        MatrixProduct.Tn(inputs, units, pass.ShardStarts, input, outputGradient, weightSums);
        if (!inputGradient.IsEmpty)
        {
            ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, layer.Weight.Length);
            MatrixProduct.Nt(pass.Rows, inputs, units, outputGradient, weight, inputGradient);
        }
    }

    public override void Dispose()
    {
    }
}
