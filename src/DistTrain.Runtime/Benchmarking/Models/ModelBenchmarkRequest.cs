namespace DistTrain.Runtime.Benchmarking;

/// <summary>What to time, on what.</summary>
public sealed record ModelBenchmarkRequest
{
    /// <summary>A name of <see cref="BenchmarkModels"/>, or the path of a run file.</summary>
    public required string Model { get; init; }

    /// <summary>Rows of a batch; null: the run file's.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Logical shards of a batch; null: the run file's.</summary>
    public int? Shards { get; init; }

    /// <summary>Steps that are timed; null: enough for a few seconds, or 200 for a run file.</summary>
    public int? Steps { get; init; }

    /// <summary>Steps before them, at least; also at least <see cref="WarmUpSeconds"/>.</summary>
    public int WarmUpSteps { get; init; } = 20;

    /// <summary>Until the runtime has compiled its best code.</summary>
    public double WarmUpSeconds { get; init; } = 2;

    public int Workers { get; init; } = 1;

    /// <summary>Each worker is a process of its own.</summary>
    public bool Processes { get; init; }

    /// <summary>How weights and sums travel to and from worker processes.</summary>
    public LinkKind Link { get; init; }

    public int ThreadsPerWorker { get; init; } = 1;

    /// <summary>How a worker process is started; null: this program again.</summary>
    public ProcessCommand? WorkerCommand { get; init; }
}
