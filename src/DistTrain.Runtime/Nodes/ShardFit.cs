using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Whether the shards of a batch have the rows that a network needs to learn anything.</summary>
/// <remarks>Full batches count. An uneven last one may have shards of one row, whose rows then teach less.</remarks>
internal static class ShardFit
{
    /// <exception cref="ModelException">They have not.</exception>
    public static void Require(RunPlan plan, Network network)
    {
        if (network.NeedsSeveralRows is not { } layer)
        {
            return;
        }

        int rows = Math.Min(plan.BatchSize, plan.TrainRows);
        if (rows >= 2 * plan.Shards)
        {
            return;
        }

        string remedy = rows >= 2
            ? $"set training.shards to {rows / 2} at most" : "set training.batchSize to twice training.shards at least";
        if (rows >= 2 && plan.TrainRows >= 2 * plan.Shards)
        {
            remedy += $", or training.batchSize to {2 * plan.Shards} at least";
        }

        throw new ModelException(
            $"layer {layer} (batchNorm) normalises over the rows of a shard, but a batch of {rows} in {plan.Shards} shards has "
            + $"shards of one row, which it would make all alike: {remedy}");
    }
}
