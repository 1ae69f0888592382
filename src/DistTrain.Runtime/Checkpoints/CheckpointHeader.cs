namespace DistTrain.Runtime;

/// <summary>What stands at the start of a checkpoint file, as JSON; weights and optimizer state follow.</summary>
public sealed record CheckpointHeader
{
    /// <summary>The life of the coordinator that wrote it.</summary>
    public required long Term { get; init; }

    /// <summary>Updates applied.</summary>
    public required long Step { get; init; }

    public required string RunHash { get; init; }

    public required string DataHash { get; init; }

    /// <summary>The run file, so that a changed one can be told key by key.</summary>
    public required string RunJson { get; init; }

    /// <summary>Floats of weights.</summary>
    public required int ParameterCount { get; init; }

    /// <summary>Floats of optimizer state.</summary>
    public required int StateCount { get; init; }

    public required RunProgress Progress { get; init; }
}
