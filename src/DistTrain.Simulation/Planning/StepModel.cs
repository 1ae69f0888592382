using System.Collections.Immutable;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>Predicts the time of a training step on a cluster from its parts.</summary>
/// <remarks>
/// <para>
/// The model follows one step of the busiest worker, bucket by bucket, from the moment at which it begins to compute to
/// the moment at which it begins again. Every part that can be busy (a worker's processor, each direction of a host's
/// link, the actor of an aggregator or of the coordinator) does one bucket after the other; a bucket enters a part when it
/// has left the one before and the part is free. So what overlaps in the cluster overlaps here: buckets travel while the
/// backward pass goes on, sums are added while others arrive, new weights leave while the rest is added.
/// </para>
/// <para>
/// Assumptions. Equal workers, steady state, no faults, no stragglers. A switch that keeps up. Bandwidth is shared
/// fairly by the flows of a host. Actors work on one message at a time; bytes cost time of some core beside it.
/// On one machine (<see cref="ClusterNetwork.SharedCores"/>) all work shares the cores: passes wait for a core where more
/// threads want to run than there are (<see cref="CoreSharing"/>), end later for the coordinator's work on buckets that were
/// ready before, and a step is never shorter than the sum of all work over all cores.
/// </para>
/// </remarks>
public static class StepModel
{
    /// <param name="workers">1 or more.</param>
    /// <param name="fanIn">0 for none, else 2 or more.</param>
    public static StepPrediction Predict(StepCosts costs, ClusterNetwork network, int workers, int fanIn)
    {
        FanInTree tree = FanInTree.For(workers, fanIn);
        var timeline = new StepTimeline(costs, network, tree, new WorkShares(tree, costs.Shards));
        double step = timeline.Run();
        ImmutableSortedDictionary<StepLimit, double> parts = timeline.Parts();
        double alone = costs.Compute.Seconds(costs.BatchRows);
        return new StepPrediction(
            workers, fanIn, tree.Aggregators, costs.Shards, step, costs.BatchRows / step, alone / (workers * step),
            LimitOf(parts), parts);
    }

    private static StepLimit LimitOf(ImmutableSortedDictionary<StepLimit, double> parts)
    {
        StepLimit limit = parts.MaxBy(part => part.Value).Key;
        bool waitsForUnevenShares = limit == StepLimit.Compute
            && parts[StepLimit.Shards] > UnevenShareMin * parts[StepLimit.Compute];
        return waitsForUnevenShares ? StepLimit.Shards : limit;
    }

    /// <summary>Below this share of the computing time, unequal numbers of shards are not worth a word.</summary>
    private const double UnevenShareMin = 0.15;
}
