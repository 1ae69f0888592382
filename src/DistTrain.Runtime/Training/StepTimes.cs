namespace DistTrain.Runtime;

/// <summary>
/// Where the time of one step went, in microseconds. Parts that run side by side overlap, so they may add up to more
/// than the step; what they lack is waiting and the way of messages.
/// </summary>
public readonly record struct StepTimes
{
    /// <summary>Rows copied into the batch, by the worker that computed longest (as the next three are).</summary>
    public long Gather { get; init; }

    /// <summary>Forward pass and loss.</summary>
    public long Forward { get; init; }

    public long Backward { get; init; }

    /// <summary>Sums added in tree order by that worker.</summary>
    public long WorkerReduce { get; init; }

    /// <summary>Sums on their way out of a worker, the longest of the workers; 0 where they share memory.</summary>
    public long Send { get; init; }

    /// <summary>The coordinator had nothing to do.</summary>
    public long Wait { get; init; }

    /// <summary>Workers' sums added in tree order by the coordinator.</summary>
    public long Reduce { get; init; }

    /// <summary>Optimizer: sums and weights in, next weights out.</summary>
    public long Update { get; init; }

    /// <summary>New weights on their way to the workers, the longest of the workers; 0 where they share memory.</summary>
    public long Broadcast { get; init; }

    /// <summary>Time of the worker that computed longest.</summary>
    public long Compute => Gather + Forward + Backward + WorkerReduce;
}
