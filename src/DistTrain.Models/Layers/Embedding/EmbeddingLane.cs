using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Looks up; the gradient of a table row is the sum over its uses, in order, by shard.</summary>
internal sealed class EmbeddingLane(EmbeddingLayer layer) : LayerLane
{
    private readonly TreeAccumulator _tree = new(layer.Weight.Length);

    public override bool KeepsInput => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<float> table = pass.Parameters.Slice(layer.Weight.Start, layer.Weight.Length);
        int width = layer.Width;
        for (int at = 0; at < input.Length; at++)
        {
            table.Slice(layer.Index(input[at]) * width, width).CopyTo(output[(at * width)..]);
        }
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
        if (pass.ShardCount == 1)
        {
            AddUses(input, outputGradient, weightSums);
            return;
        }

        int positions = layer.Input.Size;
        for (int shard = 0; shard < pass.ShardCount; shard++)
        {
            int start = pass.ShardStarts[shard] * positions;
            int end = pass.ShardStarts[shard + 1] * positions;
            AddUses(input[start..end], outputGradient[(start * layer.Width)..], _tree.BeginLeaf());
            _tree.EndLeaf();
        }

        _tree.Finish(weightSums);
    }

    public override void Dispose() => _tree.Dispose();

    private void AddUses(ReadOnlySpan<float> indices, ReadOnlySpan<float> gradient, Span<float> table)
    {
        table.Clear();
        int width = layer.Width;
        for (int at = 0; at < indices.Length; at++)
        {
            Span<float> row = table.Slice(layer.Index(indices[at]) * width, width);
            Elementwise.Add(row, gradient.Slice(at * width, width), row);
        }
    }
}
