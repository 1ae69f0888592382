namespace DistTrain.Protocol;

/// <summary>What the coordinator's shell tells its machine.</summary>
public abstract record CoordinatorEvent
{
    private CoordinatorEvent()
    {
    }

    /// <summary>The first event, once: the shell is up. A run that is complete already (resumed at its end) finishes here.</summary>
    public sealed record Started : CoordinatorEvent;

    /// <summary>A connection passed the link's admission (token or certificate) and has this identity from now on.</summary>
    public sealed record Connected(WorkerId Worker) : CoordinatorEvent;

    public sealed record MessageArrived(WorkerId Worker, WorkerMessage Message) : CoordinatorEvent;

    /// <summary>A whole, checksummed sum vector arrived; the machine owns the handle until it releases it.</summary>
    public sealed record PartialArrived(WorkerId Worker, WorkerMessage.PartialSum Header, SumHandle Sum) : CoordinatorEvent;

    /// <summary>
    /// The shell has told all that lies ready, so what comes first is known: the front-most bucket's work is due. Said while
    /// <see cref="CoordinatorProtocol.HasWork"/>, one bucket's work at a time.
    /// </summary>
    public sealed record CaughtUp : CoordinatorEvent;

    /// <summary>
    /// The shell refused what a worker sent (a sum of another length, not-a-number inside, a message that does not parse).
    /// The machine sends it the reason, disconnects it and gives its shards to others.
    /// </summary>
    /// <param name="What">A clause for "worker 3 (name) …": what came and what was expected, with values.</param>
    public sealed record Violated(WorkerId Worker, string What) : CoordinatorEvent;

    /// <summary>Ignored for a worker that the machine disconnected itself.</summary>
    public sealed record Disconnected(WorkerId Worker, string Reason) : CoordinatorEvent;

    /// <summary>The shell's answer to <see cref="CoordinatorEffect.CloseRound"/>.</summary>
    public sealed record RoundClosed(RoundNumber Round, RoundOutcome Outcome) : CoordinatorEvent;

    /// <summary>The user wants the run to end (Ctrl-C): no further round. Said twice: the round in hand is dropped too.</summary>
    public sealed record StopRequested(string Reason) : CoordinatorEvent;

    /// <summary>The deadline named by <see cref="CoordinatorProtocol.NextDeadline"/> has come.</summary>
    public sealed record TimePassed : CoordinatorEvent;
}

/// <summary>How a round's end looked to the shell, which alone sees floats.</summary>
public abstract record RoundOutcome
{
    private RoundOutcome()
    {
    }

    public sealed record GoOn : RoundOutcome;

    /// <summary>End here, in good order (early stopping).</summary>
    public sealed record EndRun(string Reason) : RoundOutcome;

    /// <summary>End here, in failure (a non-finite sum, ...).</summary>
    public sealed record FailRun(string Reason) : RoundOutcome;
}
