using System.Collections.Immutable;

namespace DistTrain.Simulation;

/// <summary>What limits a step: more of it would make the step faster.</summary>
public enum StepLimit
{
    Compute = 0,

    /// <summary>Fewer shards than workers, or shards that do not divide among them: some wait for the rest.</summary>
    Shards,

    CoordinatorLink,

    AggregatorLink,

    WorkerLink,

    Latency,

    /// <summary>The coordinator's additions, updates and messages.</summary>
    CoordinatorWork,

    AggregatorWork,

    /// <summary>All nodes together want more cores than the machine has.</summary>
    SharedCores,
}

/// <summary>How long a step takes on a cluster, and why.</summary>
/// <param name="StepSeconds">From one step to the next, in a steady run.</param>
/// <param name="Efficiency">Share of the workers' time that computes: (one worker alone) / (workers · step).</param>
/// <param name="Limit">The part that the step waits for longest.</param>
/// <param name="Parts">Seconds of a step during which each part is busy.</param>
public sealed record StepPrediction(
    int Workers, int FanIn, int Aggregators, int Shards, double StepSeconds, double SamplesPerSecond, double Efficiency,
    StepLimit Limit, ImmutableSortedDictionary<StepLimit, double> Parts);
