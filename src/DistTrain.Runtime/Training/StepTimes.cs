namespace DistTrain.Runtime;

/// <summary>Where the time of one step went, in microseconds, as the coordinator came to know it.</summary>
/// <remarks>
/// Seen from the worker that the step waited for: <see cref="Compute"/>, then <see cref="Send"/>, then what the coordinator
/// does after the last sum (<see cref="Reduce"/>, <see cref="Update"/> and <see cref="Broadcast"/> without
/// <see cref="Hidden"/>) add up to the step, but for the closing of the round: figures, log, checkpoint copies. Seen from the
/// coordinator: Wait, Reduce, Update and Broadcast do, but for the handling of messages.
/// </remarks>
public readonly record struct StepTimes
{
    /// <summary>Rows copied into the batch, by the worker whose last sum came last (as the next three are).</summary>
    public long Gather { get; init; }

    /// <summary>Forward pass and loss.</summary>
    public long Forward { get; init; }

    public long Backward { get; init; }

    /// <summary>Sums added in tree order by that worker.</summary>
    public long WorkerReduce { get; init; }

    /// <summary>
    /// Of that worker: from its first assignment of the round to the coordinator's taking up its last sum, without the
    /// time that it says it computed. So the way of the assignment and the weights before it to the worker, and the way of
    /// the sums that did not travel while it computed, queues included.
    /// </summary>
    public long Send { get; init; }

    /// <summary>The coordinator had nothing to do: the time between its handling of one input and the next.</summary>
    public long Wait { get; init; }

    /// <summary>Workers' sums added in tree order by the coordinator; an addition made within the update counts there.</summary>
    public long Reduce { get; init; }

    /// <summary>Optimizer: sums and weights in, next weights out.</summary>
    public long Update { get; init; }

    /// <summary>
    /// The coordinator's time in handing weights to the connections, all workers together. Their way to the workers is
    /// in <see cref="Send"/>, unless it lies under other work.
    /// </summary>
    public long Broadcast { get; init; }

    /// <summary>
    /// The part of Reduce, Update and Broadcast that was done between the round's first assignment and its last sum,
    /// while a worker computed or sent. In process the coordinator's turn may be taken by a compute thread, which then
    /// does not compute: neither its Compute nor its Send holds such a turn.
    /// </summary>
    public long Hidden { get; init; }

    /// <summary>Time of the worker whose last sum came last.</summary>
    public long Compute => Gather + Forward + Backward + WorkerReduce;
}
