using System.Collections.Immutable;

namespace DistTrain.Runtime;

/// <summary>A running cluster as its coordinator sees it: the answer to a status request.</summary>
public sealed record StatusReport
{
    /// <summary>One word: waiting, training, evaluating, ended.</summary>
    public required string State { get; init; }

    /// <summary>
    /// Why it is in that state, as in "computing: 13 of 16 shards done"; where a round lasts long, whom it waits for.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>Updates applied.</summary>
    public required long Step { get; init; }

    /// <summary>Of the weights that are computed with: as many as updates were applied.</summary>
    public required long WeightVersion { get; init; }

    public required long StepsTotal { get; init; }

    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Of the last step; null before the first.</summary>
    public double? Loss { get; init; }

    /// <summary>Of the round in hand; 0 between rounds.</summary>
    public int Shards { get; init; }

    /// <summary>Shards of the round in hand whose sums are in.</summary>
    public int ShardsDone { get; init; }

    public double SamplesPerSecond { get; init; }

    /// <summary>Workers that were lost so far; each cost its unfinished shards.</summary>
    public required int Recoveries { get; init; }

    /// <summary>Since the run's start.</summary>
    public double Seconds { get; init; }

    /// <summary>Since the last round ended.</summary>
    public double SecondsSinceUpdate { get; init; }

    /// <summary>The newest things that happened, the oldest of them first.</summary>
    public ImmutableArray<EventReport> Events { get; init; } = [];

    public required ImmutableArray<WorkerReport> Workers { get; init; }
}

/// <summary>Something that happened to the cluster.</summary>
/// <param name="Step">Updates applied before it.</param>
public sealed record EventReport(double SecondsAgo, long Step, string Text);

/// <summary>One worker as the coordinator sees it.</summary>
/// <param name="Shards">Assigned to it in this round.</param>
/// <param name="ShardsLeft">Of those, how many are not done.</param>
/// <param name="Left">Which ones, as in "8–9, 12".</param>
/// <param name="RowsPerSecond">Measured; 0 before its first result.</param>
/// <param name="SecondsSilent">Since its last word.</param>
/// <param name="Health">"ready", "loading", "leaving", "late" or "silent".</param>
public sealed record WorkerReport(
    int Id, string Name, string Address, int Threads, int Shards, int ShardsLeft, string Left, double RowsPerSecond,
    double SecondsSilent, string Health);
