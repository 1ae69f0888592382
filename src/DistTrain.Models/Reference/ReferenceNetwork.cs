using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// The plain twin of <see cref="NetworkLane"/>: shard after shard through scalar loops, then the canonical tree by
/// recursion. Slow; kept as the reference that the fast path is compared with, and in double for finite differences.
/// </summary>
internal sealed class ReferenceNetwork<T>(Network network)
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly ReferenceChain<T> _layers = new(network.Layers);

    /// <summary>Gradient and metric sums, shape (SumLength,).</summary>
    public T[] ComputeSums(ReferenceBatch<T> batch, T[] parameters)
    {
        T[][] leaves = [.. Enumerable.Range(0, batch.ShardStarts.Length - 1).Select(s => ShardSums(batch, parameters, s))];
        int level = 0;
        while (1 << level < leaves.Length)
        {
            level++;
        }

        return NodeSum(new TreeNode(level, 0), leaves);
    }

    /// <summary>Σ of the samples' losses (as in <see cref="MetricSums.Loss"/>), in training or evaluation mode.</summary>
    public T[] Metrics(ReferenceBatch<T> batch, T[] parameters, bool isTraining)
    {
        ReferencePass<T> pass = Pass(batch, parameters, 0, batch.ShardStarts[^1], isTraining);
        T[] output = _layers.Forward(pass, batch.Features);
        return network.Loss.Reference(output, batch.Targets, pass.Rows, T.Zero, new T[output.Length]);
    }

    public T[] Predict(T[] parameters, T[] features, int rows) =>
        _layers.Forward(new ReferencePass<T>(parameters, rows, 0, rows, IsTraining: false, 0, 0, 0), features);

    private T[] ShardSums(ReferenceBatch<T> batch, T[] parameters, int shard)
    {
        var sums = new T[network.SumLength];
        int start = batch.ShardStarts[shard];
        int rows = batch.ShardStarts[shard + 1] - start;
        if (rows == 0)
        {
            return sums;
        }

        int inputWidth = network.Spec.Input.Size;
        T[] input = batch.Features[(start * inputWidth)..((start + rows) * inputWidth)];
        T[] targets = batch.Targets[(start * network.TargetWidth)..((start + rows) * network.TargetWidth)];
        ReferencePass<T> pass = Pass(batch, parameters, start, rows, isTraining: true);
        T[] output = _layers.Forward(pass, input);
        var gradient = new T[output.Length];
        T scale = T.One / T.CreateChecked(batch.BatchRows);
        T[] metrics = network.Loss.Reference(output, targets, rows, scale, gradient);
        _layers.Backward(pass, input, gradient, sums);
        metrics.CopyTo(sums, network.Parameters.Length);
        return sums;
    }

    private static ReferencePass<T> Pass(ReferenceBatch<T> batch, T[] parameters, int start, int rows, bool isTraining) =>
        new(parameters, rows, batch.FirstRow + start, batch.BatchRows, isTraining, batch.Seed, batch.Epoch, batch.Step);

    private static T[] NodeSum(TreeNode node, T[][] leaves)
    {
        if (node.Level == 0)
        {
            return leaves[node.Index];
        }

        T[] left = NodeSum(node.Left, leaves);
        if (node.Right.FirstShard >= leaves.Length)
        {
            return left;
        }

        T[] right = NodeSum(node.Right, leaves);
        return [.. left.Zip(right, (a, b) => a + b)];
    }
}

/// <summary>The plain twin of <see cref="BatchSlice"/>.</summary>
internal sealed record ReferenceBatch<T>(T[] Features, T[] Targets, int[] ShardStarts)
    where T : struct, IFloatingPointIeee754<T>
{
    public required int BatchRows { get; init; }

    public int FirstRow { get; init; }

    public ulong Seed { get; init; }

    public int Epoch { get; init; }

    public long Step { get; init; }
}
