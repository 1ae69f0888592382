namespace DistTrain.Runtime.Benchmarking;

/// <summary>What <see cref="ExchangeBenchmark"/> measured.</summary>
public sealed record ExchangeReport
{
    public required MachineFacts Machine { get; init; }

    /// <summary>Parameters; a worker's sum has so many floats, and the metrics.</summary>
    public required int Floats { get; init; }

    /// <summary>Pieces in which they travel.</summary>
    public required int Buckets { get; init; }

    public required int Workers { get; init; }

    public required LinkKind Link { get; init; }

    /// <summary>Steps timed.</summary>
    public required int Steps { get; init; }

    /// <summary>A step without what the worker whose sum came last computed: gathering, forward and backward pass.</summary>
    public required Spread ExchangeMilliseconds { get; init; }

    /// <summary>Bytes of the parameters, once, over the median of <see cref="ExchangeMilliseconds"/>; 1 MB is 10^6 bytes.</summary>
    public required double MegabytesPerSecond { get; init; }

    /// <summary>Whole steps.</summary>
    public required Spread StepMilliseconds { get; init; }

    /// <summary>Medians over the steps, each part by itself.</summary>
    public required StepTimes StepMicroseconds { get; init; }

    /// <summary>Of the weights after the last step; one worker in one process came to the same.</summary>
    public required string WeightsSha256 { get; init; }
}
