using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// With x̂ the normalised sample and d = γ·δ: δx = (d − mean(d) − x̂·mean(d·x̂)) / √(variance + ε),
/// δγ = Σ rows of δ·x̂, δβ = Σ rows of δ.
/// </summary>
/// <remarks>Sums over a sample's elements go over 16 virtual lanes; sums over rows are chains, by shard.</remarks>
internal sealed class LayerNormLane(LayerNormLayer layer) : LayerLane
{
    private readonly int _width = layer.Input.Size;
    private readonly TreeAccumulator _tree = new(2 * layer.Input.Size);

    // Of each row: mean, then 1 / √(variance + ε).
    private AlignedBuffer _statistics = new(0);

    public override bool KeepsInput => true;

    public override bool SharesGradient => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        if (_statistics.Length < 2 * pass.Rows)
        {
            _statistics.Dispose();
            _statistics = new AlignedBuffer(2 * pass.Rows);
        }

        ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, _width);
        ReadOnlySpan<float> bias = pass.Parameters.Slice(layer.Bias.Start, _width);
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<float> x = input.Slice(row * _width, _width);
            Span<float> y = output.Slice(row * _width, _width);
            (float mean, float inverseDeviation) = Statistics(x);
            _statistics.Span[2 * row] = mean;
            _statistics.Span[(2 * row) + 1] = inverseDeviation;
            for (int at = 0; at < _width; at += VectorMap.Width)
            {
                Vector512<float> normal =
                    (VectorMap.Load(x[at..]) - Vector512.Create(mean)) * Vector512.Create(inverseDeviation);
                VectorMap.Store(
                    Vector512.FusedMultiplyAdd(normal, VectorMap.Load(weight[at..]), VectorMap.Load(bias[at..])), y[at..]);
            }
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
        ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, _width);
        for (int shard = 0; shard < pass.ShardCount; shard++)
        {
            Span<float> leaf = _tree.BeginLeaf();
            leaf.Clear();
            for (int row = pass.ShardStarts[shard]; row < pass.ShardStarts[shard + 1]; row++)
            {
                ReadOnlySpan<float> x = input.Slice(row * _width, _width);
                Span<float> gradient = outputGradient.Slice(row * _width, _width);
                float mean = _statistics.Span[2 * row];
                float inverseDeviation = _statistics.Span[(2 * row) + 1];
                AddRow(x, gradient, mean, inverseDeviation, leaf[.._width], leaf[_width..]);
                if (!inputGradient.IsEmpty)
                {
                    ToInputGradient(x, gradient, weight, mean, inverseDeviation);
                }
            }

            _tree.EndLeaf();
        }

        _tree.Finish(sums.Slice(layer.Weight.Start, 2 * _width));
    }

    public override void Dispose()
    {
        _tree.Dispose();
        _statistics.Dispose();
    }

    private (float Mean, float InverseDeviation) Statistics(ReadOnlySpan<float> x)
    {
        Vector512<float> sums = default;
        for (int at = 0; at < _width; at += VectorMap.Width)
        {
            sums += VectorMap.Load(x[at..]);
        }

        float mean = LaneSum.AddLanes(sums) / _width;
        Vector512<float> squares = default;
        for (int at = 0; at < _width; at += VectorMap.Width)
        {
            Vector512<float> difference = VectorMap.Load(x[at..], mean) - Vector512.Create(mean);
            squares += difference * difference;
        }

        float variance = LaneSum.AddLanes(squares) / _width;
        return (mean, 1 / MathF.Sqrt(variance + layer.Epsilon));
    }

    private void AddRow(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> gradient,
        float mean,
        float inverseDeviation,
        Span<float> weightSums,
        Span<float> biasSums)
    {
        for (int at = 0; at < _width; at += VectorMap.Width)
        {
            Vector512<float> delta = VectorMap.Load(gradient[at..]);
            Vector512<float> normal =
                (VectorMap.Load(x[at..]) - Vector512.Create(mean)) * Vector512.Create(inverseDeviation);
            VectorMap.Store(VectorMap.Load(weightSums[at..]) + (delta * normal), weightSums[at..]);
            VectorMap.Store(VectorMap.Load(biasSums[at..]) + delta, biasSums[at..]);
        }
    }

    private void ToInputGradient(
        ReadOnlySpan<float> x, Span<float> gradient, ReadOnlySpan<float> weight, float mean, float inverseDeviation)
    {
        Vector512<float> sums = default, products = default;
        for (int at = 0; at < _width; at += VectorMap.Width)
        {
            Vector512<float> d = VectorMap.Load(gradient[at..]) * VectorMap.Load(weight[at..]);
            Vector512<float> normal =
                (VectorMap.Load(x[at..]) - Vector512.Create(mean)) * Vector512.Create(inverseDeviation);
            sums += d;
            products += d * normal;
        }

        float mean1 = LaneSum.AddLanes(sums) / _width;
        float mean2 = LaneSum.AddLanes(products) / _width;
        for (int at = 0; at < _width; at += VectorMap.Width)
        {
            Vector512<float> d = VectorMap.Load(gradient[at..]) * VectorMap.Load(weight[at..]);
            Vector512<float> normal =
                (VectorMap.Load(x[at..]) - Vector512.Create(mean)) * Vector512.Create(inverseDeviation);
            Vector512<float> rest = d - Vector512.Create(mean1) - (normal * Vector512.Create(mean2));
            VectorMap.Store(rest * Vector512.Create(inverseDeviation), gradient[at..]);
        }
    }
}
