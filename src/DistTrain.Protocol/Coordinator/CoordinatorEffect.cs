namespace DistTrain.Protocol;

/// <summary>What the coordinator's machine wants done. The shell performs the effects of one event in order.</summary>
public abstract record CoordinatorEffect
{
    private CoordinatorEffect()
    {
    }

    public sealed record Send(WorkerId Worker, CoordinatorMessage Message) : CoordinatorEffect;

    /// <summary>
    /// Send one bucket of the current weights, or one of the next that was applied. The shell may skip one whose version is
    /// outdated by the time that its turn comes: the round that needed it is closed.
    /// </summary>
    public sealed record SendWeights(WorkerId Worker, CoordinatorMessage.Weights Header) : CoordinatorEffect;

    /// <summary>End the connection. Its handle counts as disconnected from now on; no Disconnected event is needed.</summary>
    public sealed record Disconnect(WorkerId Worker, string Reason) : CoordinatorEffect;

    /// <summary>left ← left + right (in this order, element by element); right is then released.</summary>
    public sealed record Add(int Bucket, SumHandle Left, SumHandle Right) : CoordinatorEffect;

    /// <summary>The vector is not needed any more.</summary>
    public sealed record Release(SumHandle Sum) : CoordinatorEffect;

    /// <summary>
    /// The bucket's sum over the whole batch is complete: make its slice of the next weights from the current ones, then
    /// release it (no Release follows). Other buckets may be missing yet, and the round may never be closed, so the current
    /// weights and optimizer state stay as they are. In an evaluation round there is one bucket, the metric sums: keep
    /// them, update nothing.
    /// </summary>
    public sealed record ApplyBucket(Round Round, int Bucket, SumHandle Sum) : CoordinatorEffect;

    /// <summary>
    /// All buckets were applied: the next weights become the current ones; answer with
    /// <see cref="CoordinatorEvent.RoundClosed"/>.
    /// </summary>
    public sealed record CloseRound(Round Round) : CoordinatorEffect;

    /// <summary>Something worth telling people; said once, when it changes.</summary>
    public sealed record Notify(Notice Notice) : CoordinatorEffect;

    /// <summary>The run is over; the workers were told before. Flush what is to be sent, then close.</summary>
    public sealed record Finish(RunEnd End) : CoordinatorEffect;
}

/// <summary>How a run ended.</summary>
/// <param name="Kind">Completed, stopped on request, or failed.</param>
/// <param name="Reason">One sentence; for a failure the root cause: worker, step, shard, tensor, what to do.</param>
public sealed record RunEnd(RunEndKind Kind, string Reason);

public enum RunEndKind
{
    Completed = 0,
    Stopped = 1,
    Failed = 2,
}
