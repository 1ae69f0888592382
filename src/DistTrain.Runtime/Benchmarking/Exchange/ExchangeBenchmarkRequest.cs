namespace DistTrain.Runtime.Benchmarking;

/// <summary>An exchange to time.</summary>
public sealed record ExchangeBenchmarkRequest
{
    /// <summary>Parameters, of which a worker's sum has one float each; rounded up to what the model can have.</summary>
    public required int Floats { get; init; }

    /// <summary>Worker processes; each computes one shard a step.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Tcp or Shared.</summary>
    public LinkKind Link { get; init; } = LinkKind.Shared;

    /// <summary>Steps that are timed.</summary>
    public int Steps { get; init; } = 60;

    /// <summary>Until the runtime has compiled its best code, in every process.</summary>
    public double WarmUpSeconds { get; init; } = 2;

    /// <summary>How a worker process is started; null: this program again.</summary>
    public ProcessCommand? WorkerCommand { get; init; }
}
