using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Finds out which shard a value that is not finite comes from, by computing shards again, one by one.</summary>
internal static class ShardDefects
{
    /// <returns>The first shard of [first, end) that shows one alone; null: none does, only a sum of several.</returns>
    /// <param name="rows">Row numbers of the round.</param>
    /// <param name="sumLength">Floats of the round's sum vector.</param>
    public static NodeDefect? Find(
        LoadedRun run, Round round, int first, int end, ReadOnlySpan<int> rows, ComputeLane lane, WeightBuffer weights,
        int sumLength)
    {
        using var alone = new AlignedBuffer(sumLength);
        for (int shard = first; shard < end; shard++)
        {
            lane.Compute(round, shard, shard + 1, rows, weights, alone.Span);
            int found = Elementwise.FirstNonFinite(alone.Span);
            if (found >= 0)
            {
                return new NodeDefect(shard, TensorAt(run, round, found), Describe(alone.Span[found]));
            }
        }

        return null;
    }

    /// <summary>The same for a whole training round, at the coordinator: it has run, data and weights too.</summary>
    public static NodeDefect? Find(LoadedRun run, Round round, WeightBuffer weights)
    {
        using var lane = new ComputeLane(run);
        var order = new RowOrder(run);
        return Find(
            run, round, 0, round.ShardCount, order.Of(round).Span, lane, weights, run.Buckets.SumLength);
    }

    public static string TensorAt(LoadedRun run, Round round, int position) =>
        round.Kind == RoundKind.Train && position < run.Network.Parameters.Length
            ? run.Network.Parameters.At(position).Name
            : "loss";

    public static string Describe(float value) => float.IsNaN(value) ? "not a number" : $"{value}";
}
