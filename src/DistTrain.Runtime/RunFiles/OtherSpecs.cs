namespace DistTrain.Runtime;

/// <summary>The run file's checkpoint section.</summary>
public sealed record CheckpointSpec
{
    /// <summary>Steps between checkpoints; 0: by time alone. Default 0.</summary>
    public required int EverySteps { get; init; }

    /// <summary>Seconds between checkpoints; 0: by steps alone. Default 30.</summary>
    public required double EverySeconds { get; init; }

    /// <summary>Checkpoints kept, the newest ones; 1 or more. Default 3.</summary>
    public required int Keep { get; init; }

    /// <summary>Which model is kept as the best one, by a figure of the evaluated part; null: none.</summary>
    public required BestMetric? Best { get; init; }
}

/// <summary>The run file's cluster section: what decides how the work is shared, never what comes out.</summary>
public sealed record ClusterSpec
{
    /// <summary>No round starts before so many workers are ready; flags of the command line win. Default 1.</summary>
    public required int MinWorkers { get; init; }

    /// <summary>Seconds after which a run without enough workers fails; null: it waits for ever. Default null.</summary>
    public required double? WaitForWorkersSeconds { get; init; }

    /// <summary>
    /// The most children of a node in the clusters that train starts itself: with more workers, aggregators stand in
    /// between. 0: none. Default 0; docs/PLANNING.md says when to change it.
    /// </summary>
    public required int FanIn { get; init; }

    /// <summary>
    /// KiB of the smallest bucket that travels alone, where layers allow it; null: <see cref="BucketKiBDefault"/>, or
    /// <see cref="BucketKiBOnOneMachine"/>, where an exchange costs messages and hardly any time on the way.
    /// </summary>
    public required int? BucketKiB { get; init; }

    public const int BucketKiBDefault = 512;

    public const int BucketKiBOnOneMachine = 1024;
}

/// <summary>The run file's report section: what is printed beside the usual figures.</summary>
public sealed record ReportSpec
{
    /// <summary>Print outputs, losses and classes of every training sample, and the weights, before and after. For tiny data.</summary>
    public required bool Samples { get; init; }

    /// <summary>Output from which a sample counts as class 1 in the sample report. Default 0.5.</summary>
    public required float Threshold { get; init; }
}
