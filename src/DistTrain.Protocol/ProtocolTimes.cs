namespace DistTrain.Protocol;

/// <summary>The protocol's times. They bound how late a fault is noticed, never what is computed.</summary>
public sealed record ProtocolTimes
{
    /// <summary>How often a worker gives a sign of life. Default 0.5 s.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Silence after which a worker's shards go to others. Default 2.5 s, so that a frozen one is noticed within 3 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromMilliseconds(2500);

    /// <summary>Silence after which a worker gives its coordinator up and connects again. Default 10 s.</summary>
    public TimeSpan CoordinatorSilenceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a worker tries to reach a coordinator before it ends. Default: for ever.</summary>
    public TimeSpan? GiveUpAfter { get; init; }

    /// <summary>How long a run waits for its first, or after losses the next, worker. Default: for ever.</summary>
    public TimeSpan? WaitForWorkersMax { get; init; }
}
