namespace DistTrain.Runtime;

/// <summary>What is about to be trained.</summary>
public sealed record TrainingStarted
{
    /// <summary>"in-process", "processes", "cluster" or "akka".</summary>
    public required string Engine { get; init; }

    /// <summary>Workers asked for; 0 for a cluster, whose workers come by themselves.</summary>
    public required int Workers { get; init; }

    /// <summary>0 for a cluster, whose workers decide that each for itself.</summary>
    public required int ThreadsPerWorker { get; init; }

    /// <summary>Floats of the flat parameter vector.</summary>
    public required int ParameterCount { get; init; }

    public required int TrainRows { get; init; }

    /// <summary>0: no test part.</summary>
    public required int TestRows { get; init; }

    /// <summary>0: no validation part.</summary>
    public int ValidationRows { get; init; }

    public required long StepsTotal { get; init; }

    public required int StepsPerEpoch { get; init; }

    /// <summary>Updates applied already; above 0 when a run is resumed.</summary>
    public required long StepsDone { get; init; }

    /// <summary>Whether accuracy has a meaning.</summary>
    public required bool IsClassification { get; init; }

    public required string OutFolder { get; init; }

    /// <summary>Epochs, the last perhaps unfinished.</summary>
    public int Epochs => (int)((StepsTotal + StepsPerEpoch - 1) / StepsPerEpoch);
}
