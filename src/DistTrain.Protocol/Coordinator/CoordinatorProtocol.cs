namespace DistTrain.Protocol;

/// <summary>The coordinator's state machine: an event and the time go in, effects come out.</summary>
/// <remarks>
/// <para>
/// States. New → Waiting ⇄ Computing → Closing → (Waiting | Computing | Ended). Waiting: fewer workers are ready than a
/// round needs. Computing: a round is in hand; without a ready worker it stays in hand until one comes. Closing: all sums
/// are in, the shell applies them. Ended: for good; whoever still comes is told so.
/// Who the workers are and how they share a round is the <see cref="Crew"/>'s affair.
/// </para>
/// <para>
/// How it decides. The handler of an event only notes the fact (a sum is in, a worker is gone). Then <see cref="Settle"/>
/// looks at the facts alone and does what is due: drop the silent, begin or close a round, give unowned shards to ready
/// workers, late ones to idle workers. So no order of events is special, and a repeated event finds nothing left to do.
/// What takes long (additions, updates) waits until the shell has told all that lies ready: <see cref="BucketWork"/>.
/// </para>
/// <para>
/// Invariants. One round at a time, and it is closed once. A shard of the round in hand is done, or owned by a ready
/// worker, or nobody is ready. No shard is given twice to the same worker. Every handle that came in is released or
/// applied exactly once. What bears another term or an older round changes nothing. Every collection is bounded by
/// workers, shards or a named constant.
/// </para>
/// <para>
/// What it does not know: floats, files, sockets, threads, clocks, how long a step should take.
/// </para>
/// </remarks>
public sealed partial class CoordinatorProtocol : ICrewLead
{
    private readonly List<CoordinatorEffect> _effects = [];
    private readonly Crew _crew;
    private Phase _phase = Phase.New;
    private Instant _now;
    private Instant? _deadline;
    private string? _stopReason;
    private bool _isSuperseded;

    public CoordinatorProtocol(CoordinatorSettings settings)
    {
        Settings = settings;
        _crew = new Crew(
            new CrewSettings(
                settings.Term, settings.BucketCount, settings.RunJson, settings.RunHash, settings.DataHash, settings.DataFile,
                settings.Times, settings.Canary)
            {
                SharesEvenly = settings.SharesEvenly,
            },
            this, _effects);
        _version = settings.Start;
        _evaluated = settings.StartEvaluated;
    }

    private enum Phase
    {
        New,
        Waiting,
        Computing,
        Closing,
        Ended,
    }

    public CoordinatorSettings Settings { get; }

    /// <summary>When the machine wants <see cref="CoordinatorEvent.TimePassed"/> at the latest; null: not at all.</summary>
    public Instant? NextDeadline => _deadline;

    /// <summary>Sums are in that wait for <see cref="CoordinatorEvent.CaughtUp"/> to be added and applied.</summary>
    public bool HasWork => _crew.HasWork;

    /// <summary>Notes what happened and says what is to be done about it.</summary>
    /// <param name="now">Not before the last one; an earlier time counts as the last one.</param>
    public StepResult<CoordinatorEffect> Handle(Instant now, CoordinatorEvent input)
    {
        _effects.Clear();
        bool isFirst = _phase == Phase.New;
        _now = isFirst || now > _now ? now : _now;
        if (isFirst)
        {
            _phase = Phase.Waiting;
        }

        _crew.Advance(_now, _deadline);
        switch (input)
        {
            case CoordinatorEvent.RoundClosed closed:
                RoundClosed(closed.Round, closed.Outcome);
                break;
            case CoordinatorEvent.StopRequested stop:
                StopRequested(stop.Reason);
                break;
            default:
                _crew.Handle(input);
                break;
        }

        Settle();
        _deadline = FindDeadline();
        return new StepResult<CoordinatorEffect>([.. _effects]);
    }

    /// <summary>For people: the run and its workers as the machine sees them.</summary>
    public CoordinatorStatus Status(Instant now)
    {
        bool inRound = _phase is Phase.Computing or Phase.Closing;
        string phase = _phase switch
        {
            Phase.Closing => "updating the weights",
            Phase.Ended => "ended",
            _ when IsWaiting(out int needed) =>
                $"waiting for workers: {_crew.ReadyCount} of {needed} present ({WhyWaiting()})",
            Phase.Computing when _stopReason is not null => "finishing the round in hand before it stops",
            Phase.Computing => "computing",
            _ => "starting",
        };
        return new CoordinatorStatus(
            Settings.Term, phase, _version, inRound ? _crew.Round : null, inRound ? _crew.Progress.ShardsDone : 0,
            Settings.WorkersMin, _crew.WorkersLost, inRound ? now - _roundSince : TimeSpan.Zero,
            _crew.StatusOfWorkers(inRound, now));
    }

    /// <summary>Does what the facts demand; nothing if they have not changed.</summary>
    private void Settle()
    {
        if (_phase == Phase.Ended)
        {
            return;
        }

        _crew.DropSilentWorkers();
        if (_phase == Phase.Waiting)
        {
            BeginRoundIfPossible();
        }
        else if (_phase == Phase.Computing)
        {
            CloseRoundIfComplete();
        }

        _crew.Settle();
        MindWaiting();
    }

    private void StopRequested(string reason)
    {
        if (_phase == Phase.Ended)
        {
            return;
        }

        bool isSecond = _stopReason is not null;
        _stopReason ??= reason;
        bool roundCanEnd = _phase == Phase.Closing || (_phase == Phase.Computing && _crew.ReadyCount > 0);
        if (isSecond || !roundCanEnd)
        {
            End(RunEndKind.Stopped, _stopReason);
        }
    }

    private void End(RunEndKind kind, string reason)
    {
        _crew.DropRound();
        _phase = Phase.Ended;
        _crew.StopAll(reason, kind == RunEndKind.Failed);

        _effects.Add(new CoordinatorEffect.Finish(new RunEnd(kind, reason)));
    }

    private void Notify(Notice notice) => _effects.Add(new CoordinatorEffect.Notify(notice));
}
