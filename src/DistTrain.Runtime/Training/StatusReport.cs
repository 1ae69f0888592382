using System.Collections.Immutable;

namespace DistTrain.Runtime;

/// <summary>A running cluster as its coordinator sees it: the answer to a status request.</summary>
public sealed record StatusReport
{
    /// <summary>One word: waiting, training, evaluating, ended.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in that state, as in "2 of 3 partial sums arrived".</summary>
    public required string Reason { get; init; }

    /// <summary>Updates applied: the version of the weights.</summary>
    public required long Step { get; init; }

    public required long StepsTotal { get; init; }

    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Of the last step; null before the first.</summary>
    public double? Loss { get; init; }

    public double SamplesPerSecond { get; init; }

    public required int Recoveries { get; init; }

    /// <summary>Since the run's start.</summary>
    public required double Seconds { get; init; }

    public required ImmutableArray<WorkerReport> Workers { get; init; }
}

/// <summary>One worker as the coordinator sees it.</summary>
/// <param name="Shards">Assigned to it in this round.</param>
/// <param name="RowsPerSecond">Measured; 0 before its first result.</param>
/// <param name="SecondsSilent">Since its last word.</param>
/// <param name="Health">"ready", "joining", "silent" or "gone".</param>
public sealed record WorkerReport(
    int Id, string Name, string Address, int Threads, int Shards, double RowsPerSecond, double SecondsSilent,
    string Health);
