namespace DistTrain.Protocol;

public enum RoundKind
{
    /// <summary>Forward and backward over one batch of the training part; ends in one weight update.</summary>
    Train = 0,

    /// <summary>Loss and metrics over the whole test part with fixed weights; ends in a line of figures.</summary>
    Evaluate = 1,
}

/// <summary>
/// One round of work for all workers: what is cut into shards, and with which weights it is computed. It says everything
/// that decides the bits, apart from run file and data.
/// </summary>
/// <param name="Number">Within the coordinator's term.</param>
/// <param name="Kind">What is computed.</param>
/// <param name="Version">The weights to compute with; for training also the index of the step (0 is the first).</param>
/// <param name="Epoch">From 0.</param>
/// <param name="FirstRow">Position of the round's first row in the epoch's order (train) or in the part (evaluate).</param>
/// <param name="Rows">True number of rows; the divisor of the average.</param>
/// <param name="ShardCount">S; shard s holds rows [⌊s·Rows/S⌋, ⌊(s+1)·Rows/S⌋), possibly none.</param>
public sealed record Round(
    RoundNumber Number, RoundKind Kind, WeightVersion Version, int Epoch, int FirstRow, int Rows, int ShardCount)
{
    /// <summary>
    /// Sums a node: a train round has the run's buckets, an evaluation round has the one bucket 0, of the
    /// <c>MetricSums.Count</c> metric sums alone.
    /// </summary>
    /// <param name="trainBuckets">Buckets of the run's weights and gradient sums.</param>
    public int SumBuckets(int trainBuckets) => Kind == RoundKind.Evaluate ? 1 : trainBuckets;

    /// <summary>The first row of a shard, relative to <see cref="FirstRow"/>; shard = ShardCount gives the end.</summary>
    public int ShardStart(int shard) => (int)((long)shard * Rows / ShardCount);
}
