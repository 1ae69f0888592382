using DistTrain.Data;

namespace DistTrain.Runtime;

/// <summary>One training run on this machine: what to train, on how many workers, and where the results go.</summary>
public sealed record TrainingRequest
{
    public required RunFile Run { get; init; }

    /// <summary>The data that the run file names, read already; null: it is read first. The caller disposes it.</summary>
    public PreparedData? Data { get; init; }

    /// <summary>Worker actors; 1 or more. They change the time, never the weights.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>True: each worker is a process of its own, joined over loopback.</summary>
    public bool Processes { get; init; }

    /// <summary>How weights and sums travel to and from worker processes.</summary>
    public LinkKind Link { get; init; }

    /// <summary>Compute threads of each worker; 1 or more.</summary>
    public int ThreadsPerWorker { get; init; } = 1;

    /// <summary>Where run.json, metrics.jsonl, summary.json, model.safetensors and checkpoints/ go; made if missing.</summary>
    public required string OutFolder { get; init; }

    /// <summary>Go on from the newest valid checkpoint in the output folder.</summary>
    public bool Resume { get; init; }

    /// <summary>Resume although the run file changed in a way that changes the result.</summary>
    public bool Force { get; init; }

    /// <summary>Whether every worker gets its part by its threads alone, measured speed aside; for measurements.</summary>
    internal bool SharesEvenly { get; init; }

    /// <summary>
    /// How a worker process is started, "worker --join …" appended; null: this program again, which must then be the
    /// disttrain command. Other programs name it.
    /// </summary>
    public ProcessCommand? WorkerCommand { get; init; }
}
