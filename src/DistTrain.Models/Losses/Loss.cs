using System.Numerics;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A loss that knows its network's output. Stateless: any number of threads may use it.</summary>
internal abstract class Loss(Shape output, int targetWidth)
{
    /// <summary>Floats of one output row.</summary>
    public int OutputWidth { get; } = output.Size;

    /// <summary>Floats of one target row.</summary>
    public int TargetWidth { get; } = targetWidth;

    /// <summary>Metric sums over the shards in tree order, and the loss's gradient.</summary>
    /// <param name="outputs">Shape (rows, OutputWidth).</param>
    /// <param name="targets">Shape (rows, TargetWidth).</param>
    /// <param name="scale">1/n, n the rows of the whole batch: here it enters the backward pass.</param>
    /// <param name="gradient">Shape (rows, OutputWidth). Overwritten. Empty: not wanted.</param>
    /// <param name="metricSums">Shape (MetricSums.Count,). Overwritten.</param>
    public void Evaluate(
        ReadOnlySpan<int> shardStarts,
        ReadOnlySpan<float> outputs,
        ReadOnlySpan<float> targets,
        float scale,
        Span<float> gradient,
        Span<float> metricSums)
    {
        var tree = new MetricTree(stackalloc Vector128<float>[MetricTree.LevelsMax]);
        for (int shard = 0; shard + 1 < shardStarts.Length; shard++)
        {
            Vector128<float> sum = default;
            for (int row = shardStarts[shard]; row < shardStarts[shard + 1]; row++)
            {
                sum += EvaluateRow(
                    outputs.Slice(row * OutputWidth, OutputWidth),
                    targets.Slice(row * TargetWidth, TargetWidth),
                    scale,
                    gradient.IsEmpty ? default : gradient.Slice(row * OutputWidth, OutputWidth));
            }

            tree.Add(sum);
        }

        tree.Finish().CopyTo(metricSums);
    }

    /// <summary>The plain twin, for one shard: metric sums, and the gradient into <paramref name="gradient"/>.</summary>
    public T[] Reference<T>(T[] outputs, T[] targets, int rows, T scale, T[] gradient)
        where T : struct, IFloatingPointIeee754<T>
    {
        var sums = new T[MetricSums.Count];
        for (int row = 0; row < rows; row++)
        {
            T[] metrics = ReferenceRow(
                outputs.AsSpan(row * OutputWidth, OutputWidth),
                targets.AsSpan(row * TargetWidth, TargetWidth),
                scale,
                gradient.AsSpan(row * OutputWidth, OutputWidth));
            for (int metric = 0; metric < sums.Length; metric++)
            {
                sums[metric] += metrics[metric];
            }
        }

        return sums;
    }

    /// <returns>The row's part of each of <see cref="MetricSums"/>.</returns>
    protected abstract Vector128<float> EvaluateRow(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, float scale, Span<float> gradient);

    protected abstract T[] ReferenceRow<T>(
        ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale, Span<T> gradient)
        where T : struct, IFloatingPointIeee754<T>;
}
