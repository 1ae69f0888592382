namespace DistTrain.Runtime;

/// <summary>The content of summary.json: how a run ended.</summary>
public sealed record RunSummary
{
    /// <summary>SHA-256 of the flat parameter vector as little-endian float32, in lower-case hex.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>"completed", "stopped" or "failed".</summary>
    public required string Outcome { get; init; }

    /// <summary>One sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Updates applied, those before a resume included.</summary>
    public required long Steps { get; init; }

    /// <summary>Finished epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Of the last epoch; null where no step was made.</summary>
    public double? TrainLoss { get; init; }

    public double? TrainAccuracy { get; init; }

    /// <summary>Of the last evaluation of the validation part; null where there is none.</summary>
    public double? ValidationLoss { get; init; }

    public double? ValidationAccuracy { get; init; }

    public double? ValidationMeanAbsoluteError { get; init; }

    public double? ValidationRootMeanSquareError { get; init; }

    /// <summary>Updates applied at the best evaluation; null where none is looked for.</summary>
    public long? BestStep { get; init; }

    /// <summary>
    /// Of the last evaluation of the test part, or of the one at the end where a validation part took its place before; null
    /// where there was none.
    /// </summary>
    public double? TestLoss { get; init; }

    /// <summary>Null for regression, or where there was no evaluation.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>Null for classification, or where there was no evaluation.</summary>
    public double? TestMeanAbsoluteError { get; init; }

    public double? TestRootMeanSquareError { get; init; }

    /// <summary>Training rows over the time of the steps.</summary>
    public double SamplesPerSecond { get; init; }

    public double StepMillisecondsMedian { get; init; }

    /// <summary>Workers asked for, or for a cluster the most that took part at once.</summary>
    public required int Workers { get; init; }

    /// <summary>0 for a cluster, whose workers decide that each for itself.</summary>
    public required int ThreadsPerWorker { get; init; }

    /// <summary>"in-process", "processes", "cluster" or "akka".</summary>
    public required string Engine { get; init; }

    /// <summary>From the start of the first round to the end.</summary>
    public double Seconds { get; init; }

    /// <summary>Workers lost whose work went on elsewhere.</summary>
    public int Recoveries { get; init; }

    /// <summary>Floats of the flat parameter vector.</summary>
    public required int ParameterCount { get; init; }

    public required int TrainRows { get; init; }

    public required int TestRows { get; init; }

    public int ValidationRows { get; init; }

    /// <summary>SHA-256 of run.json, in hex. It has absolute paths, so the same run elsewhere has another one.</summary>
    public required string RunHash { get; init; }

    /// <summary>Content hash of the prepared data, in hex.</summary>
    public required string DataHash { get; init; }

    /// <summary>The version of DistTrain that ended the run; null where that did not note it.</summary>
    public string? Version { get; init; }

    /// <summary>How the run came to its weights, beside run file and data.</summary>
    public RunOrigin Origin { get; init; } = new();

    /// <summary>Path of the newest checkpoint, relative to the output folder; null where none was written.</summary>
    public string? Checkpoint { get; init; }
}
