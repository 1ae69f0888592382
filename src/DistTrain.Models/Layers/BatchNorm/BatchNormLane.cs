using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// Shard by shard, N = rows · plane: δβ = Σ δ, δγ = Σ δ·x̂, δx = γ / √(variance + ε) · (δ − δβ/N − x̂·δγ/N)
/// (Ioffe and Szegedy 2015, section 3).
/// </summary>
internal sealed class BatchNormLane(BatchNormLayer layer) : LayerLane
{
    private readonly int _channels = layer.Channels;
    private readonly ChannelPasses _passes = new(layer.Channels, layer.PlaneSize);
    private readonly TreeAccumulator _tree = new(4 * layer.Channels);
    private readonly AlignedBuffer _scratch = new(3 * layer.Channels);

    // Of each shard: means, 1 / √(variance + ε), unbiased variances.
    private AlignedBuffer _statistics = new(0);

    public override bool KeepsInput => true;

    public override bool SharesGradient => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        if (!pass.IsTraining)
        {
            Span<float> inverse = _scratch.Span[.._channels];
            ReadOnlySpan<float> variance = pass.Parameters.Slice(layer.RunningVariance.Start, _channels);
            InverseDeviations(variance, inverse);
            ReadOnlySpan<float> mean = pass.Parameters.Slice(layer.RunningMean.Start, _channels);
            Normalise(pass, input, mean, inverse, output);
            return;
        }

        if (_statistics.Length < pass.ShardCount * 3 * _channels)
        {
            _statistics.Dispose();
            _statistics = new AlignedBuffer(pass.ShardCount * 3 * _channels);
        }

        int width = layer.Input.Size;
        for (int shard = 0; shard < pass.ShardCount; shard++)
        {
            int start = pass.ShardStarts[shard] * width;
            int count = (pass.ShardStarts[shard + 1] * width) - start;
            ReadOnlySpan<float> x = input.Slice(start, count);
            ComputeStatistics(x, Mean(shard), InverseDeviation(shard), Variance(shard));
            Normalise(pass, x, Mean(shard), InverseDeviation(shard), output.Slice(start, count));
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
        int width = layer.Input.Size;
        for (int shard = 0; shard < pass.ShardCount; shard++)
        {
            int start = pass.ShardStarts[shard] * width;
            int count = (pass.ShardStarts[shard + 1] * width) - start;
            Span<float> leaf = _tree.BeginLeaf();
            BackwardShard(
                pass,
                shard,
                input.Slice(start, count),
                outputGradient.Slice(start, count),
                inputGradient.IsEmpty ? default : inputGradient.Slice(start, count),
                leaf);
            _tree.EndLeaf();
        }

        _tree.Finish(sums.Slice(layer.Weight.Start, 4 * _channels));
    }

    public override void Dispose()
    {
        _tree.Dispose();
        _scratch.Dispose();
        _statistics.Dispose();
    }

    private void BackwardShard(
        in LayerPass pass,
        int shard,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> delta,
        Span<float> inputGradient,
        Span<float> leaf)
    {
        if (x.IsEmpty)
        {
            leaf.Clear();
            return;
        }

        Span<float> weightSums = leaf[.._channels];
        Span<float> biasSums = leaf.Slice(_channels, _channels);
        var constants = new ChannelConstants { Center = Mean(shard), Scale = InverseDeviation(shard) };
        _passes.Sum<DeltaTimesNormal>(x, delta, constants, weightSums);
        _passes.Sum<Delta>(x, delta, constants, biasSums);
        float share = (float)(x.Length / layer.Input.Size) / pass.BatchRows;
        ReadOnlySpan<float> variance = x.Length > _channels
            ? Variance(shard) : pass.Parameters.Slice(layer.RunningVariance.Start, _channels);
        for (int channel = 0; channel < _channels; channel++)
        {
            leaf[(2 * _channels) + channel] = share * Mean(shard)[channel];
            leaf[(3 * _channels) + channel] = share * variance[channel];
        }

        if (inputGradient.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<float> weight = pass.Parameters.Slice(layer.Weight.Start, _channels);
        Span<float> factor = _scratch.Span[.._channels];
        Span<float> offset = _scratch.Span.Slice(_channels, _channels);
        Span<float> slope = _scratch.Span.Slice(2 * _channels, _channels);
        float elements = x.Length / _channels;
        for (int channel = 0; channel < _channels; channel++)
        {
            factor[channel] = weight[channel] * InverseDeviation(shard)[channel];
            offset[channel] = biasSums[channel] / elements;
            slope[channel] = weightSums[channel] / elements;
        }

        var gradientConstants = new ChannelConstants
        {
            Center = Mean(shard),
            Scale = InverseDeviation(shard),
            Factor = factor,
            Offset = offset,
            Slope = slope,
        };
        _passes.Map<NormalisedGradient>(x, delta, gradientConstants, inputGradient);
    }

    private void ComputeStatistics(ReadOnlySpan<float> x, Span<float> mean, Span<float> inverse, Span<float> variance)
    {
        float elements = x.Length / _channels;
        if (elements == 0)
        {
            return;
        }

        _passes.Sum<Value>(x, x, default, mean);
        foreach (ref float value in mean)
        {
            value /= elements;
        }

        _passes.Sum<SquaredDifference>(x, x, new ChannelConstants { Center = mean }, variance);
        foreach (ref float value in variance)
        {
            value /= elements;
        }

        InverseDeviations(variance, inverse);
        // Of one element it is 0 by 0, and is not asked for.
        float unbiased = elements / (elements - 1);
        foreach (ref float value in variance)
        {
            value *= unbiased;
        }
    }

    private void InverseDeviations(ReadOnlySpan<float> variance, Span<float> inverse)
    {
        for (int channel = 0; channel < _channels; channel++)
        {
            inverse[channel] = 1 / MathF.Sqrt(variance[channel] + layer.Epsilon);
        }
    }

    private void Normalise(
        in LayerPass pass, ReadOnlySpan<float> x, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse, Span<float> y)
    {
        var constants = new ChannelConstants
        {
            Center = mean,
            Scale = inverse,
            Factor = pass.Parameters.Slice(layer.Weight.Start, _channels),
            Offset = pass.Parameters.Slice(layer.Bias.Start, _channels),
        };
        _passes.Map<Normalised>(x, x, constants, y);
    }

    private Span<float> Mean(int shard) => _statistics.Span.Slice(shard * 3 * _channels, _channels);

    private Span<float> InverseDeviation(int shard) => _statistics.Span.Slice(((shard * 3) + 1) * _channels, _channels);

    private Span<float> Variance(int shard) => _statistics.Span.Slice(((shard * 3) + 2) * _channels, _channels);
}
