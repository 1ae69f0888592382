namespace DistTrain.Simulation;

/// <summary>Looks for the fan-in and the number of shards with which a cluster is fastest.</summary>
public static class StepPlanner
{
    /// <summary>The best of all: shards and fan-in free.</summary>
    /// <param name="fanIn">Null: free as well.</param>
    /// <param name="shards">Null: free. A recommendation is a power of two where that is no slower: its ranges are whole tree nodes.</param>
    public static StepPrediction Best(StepCosts costs, ClusterNetwork network, int workers, int? fanIn, int? shards)
    {
        StepPrediction? best = null;
        foreach (int shardCount in shards is int fixedShards ? [fixedShards] : ShardCandidates(costs, workers))
        {
            StepCosts asked = costs with { Shards = shardCount };
            foreach (int candidate in fanIn is int given ? [given] : FanInCandidates(workers))
            {
                StepPrediction found = StepModel.Predict(asked, network, workers, candidate);
                if (best is null || IsBetter(found, best))
                {
                    best = found;
                }
            }
        }

        return best!;
    }

    /// <summary>The most shards that are looked at: a worker computes whole shards, or nodes of some.</summary>
    /// <param name="shards">Of the run file.</param>
    public static int ShardsMaxFor(int shards, int workers) =>
        Math.Max(shards, Math.Min(ShardsMax, PowerOfTwoFor(workers) * ShardsPerWorkerMax));

    /// <summary>More nodes or other shards are worth it only for a step that is clearly shorter.</summary>
    private static bool IsBetter(StepPrediction found, StepPrediction best)
    {
        double gain = found.Aggregators > best.Aggregators || found.Shards != best.Shards ? WorthIt : 1;
        return found.StepSeconds < best.StepSeconds * gain
            || (found.Aggregators < best.Aggregators && found.Shards == best.Shards
                && found.StepSeconds * WorthIt < best.StepSeconds);
    }

    private static IEnumerable<int> ShardCandidates(StepCosts costs, int workers)
    {
        yield return costs.Shards;
        int shards = PowerOfTwoFor(workers);
        for (int times = 1; times <= ShardsPerWorkerMax; times *= 2)
        {
            int count = shards * times;
            if (count <= Math.Min(ShardsMax, costs.BatchRows) && count != costs.Shards)
            {
                yield return count;
            }
        }
    }

    private static int PowerOfTwoFor(int workers) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)workers);

    private static IEnumerable<int> FanInCandidates(int workers) =>
        FanIns.TakeWhile(fanIn => fanIn < workers).Prepend(0);

    private static readonly int[] FanIns = [2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 256];

    /// <summary>What a run file may have.</summary>
    private const int ShardsMax = 4096;

    private const int ShardsPerWorkerMax = 4;

    private const double WorthIt = 0.98;
}
