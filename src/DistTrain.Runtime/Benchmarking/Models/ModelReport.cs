using System.Collections.Immutable;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>What <see cref="ModelBenchmark"/> measured of one model.</summary>
public sealed record ModelReport
{
    public required string Model { get; init; }

    public required MachineFacts Machine { get; init; }

    public required int ParameterCount { get; init; }

    public required int BatchSize { get; init; }

    public required int Shards { get; init; }

    /// <summary>"in-process" or "processes".</summary>
    public required string Engine { get; init; }

    public required int Workers { get; init; }

    public required int ThreadsPerWorker { get; init; }

    /// <summary>Steps timed.</summary>
    public required int Steps { get; init; }

    /// <summary>Over the parts that the timed steps were cut into.</summary>
    public required Spread SamplesPerSecond { get; init; }

    /// <summary>Over the timed steps.</summary>
    public required Spread StepMilliseconds { get; init; }

    /// <summary>Medians over the timed steps, each part by itself.</summary>
    public required StepTimes StepMicroseconds { get; init; }

    /// <summary>Managed bytes allocated by one step's gathering, forward and backward pass.</summary>
    public required long ComputeBytesPerStep { get; init; }

    /// <summary>Managed bytes that this whole process allocated per step, messages and logs included.</summary>
    public required double ProcessBytesPerStep { get; init; }

    /// <summary>Peak resident memory of this process, then of each worker process.</summary>
    public required ImmutableArray<long> PeakBytes { get; init; }
}
