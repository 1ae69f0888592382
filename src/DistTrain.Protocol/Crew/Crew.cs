using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>
/// The workers of one node and the round that they share: who takes part, who computes which shards, which sums are in.
/// The coordinator leads one over the whole batch, an aggregator one over the shards that it was given.
/// </summary>
/// <remarks>
/// <para>
/// A worker goes Silent → Loading → Ready → Leaving, and is forgotten when its connection ends, whichever side ends it.
/// Handlers only note facts; <see cref="Settle"/> does what the facts demand: drops the silent, gives unowned shards to
/// ready workers and late ones to idle workers. Which round is in hand, and what becomes of its sums, the lead decides.
/// </para>
/// <para>
/// Invariants. A wanted shard of the open round is done, or owned by a ready worker, or nobody is ready. No shard is
/// given twice to the same worker. Every handle that came in is released or handed to the lead exactly once. What
/// bears another term or an older round changes nothing. To a worker below, every node is a coordinator.
/// </para>
/// </remarks>
internal sealed partial class Crew
{
    private readonly ICrewLead _lead;
    private readonly ICollection<CoordinatorEffect> _effects;
    private readonly WorkerRoster _roster = new();
    private readonly RoundProgress _progress = new();
    private Instant _now;

    /// <summary>No worker can be silent for too long before this; words only move the true moment back.</summary>
    private Instant? _silenceLookAt;

    /// <param name="effects">Receives what is to be done.</param>
    public Crew(CrewSettings settings, ICrewLead lead, ICollection<CoordinatorEffect> effects)
    {
        Settings = settings;
        _lead = lead;
        _effects = effects;
    }

    public CrewSettings Settings { get; }

    public IReadOnlyList<WorkerEntry> Workers => _roster.All;

    public int ReadyCount => _roster.ReadyCount;

    public int LoadingCount => _roster.LoadingCount;

    public RoundProgress Progress => _progress;

    /// <summary>The round in hand, or the last one; null before the first.</summary>
    public Round? Round { get; private set; }

    /// <summary>0 before the first.</summary>
    public RoundNumber Number => Round?.Number ?? default;

    /// <summary>Whether sums that are in wait to be added, or to be handed to the lead.</summary>
    public bool HasWork => _progress.Work.IsAny;

    /// <summary>Whether sums of the round in hand count.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Notes what happened; call it before <see cref="Settle"/>.</summary>
    /// <returns>False: it is not a worker's affair.</returns>
    public bool Handle(CoordinatorEvent input)
    {
        switch (input)
        {
            case CoordinatorEvent.Connected connected:
                WorkerConnected(connected.Worker);
                return true;
            case CoordinatorEvent.MessageArrived arrived:
                MessageArrived(arrived.Worker, arrived.Message);
                return true;
            case CoordinatorEvent.PartialArrived partial:
                PartialArrived(partial.Worker, partial.Header, partial.Sum);
                return true;
            case CoordinatorEvent.CaughtUp:
                DoFrontWork();
                return true;
            case CoordinatorEvent.Violated violated:
                if (_roster.TryGet(violated.Worker, out WorkerEntry? wrong))
                {
                    Violate(wrong, violated.What);
                }

                return true;
            case CoordinatorEvent.Disconnected gone:
                if (_roster.TryGet(gone.Worker, out WorkerEntry? lost))
                {
                    Lose(lost, gone.Reason);
                }

                return true;
            default:
                return false;
        }
    }

    /// <param name="deadline">What was asked for as the next wake-up.</param>
    /// <remarks>
    /// An event that comes long after the deadline that was asked for shows that this process stood still (stopped, swapped
    /// out, starved). What the workers said meanwhile is still to be read, so nobody is judged by that time.
    /// </remarks>
    public void Advance(Instant now, Instant? deadline)
    {
        _now = now;
        if (deadline is Instant asked && now - asked > Settings.Times.SilenceMax / 2)
        {
            foreach (WorkerEntry worker in _roster.All)
            {
                worker.Forgive(now, now - asked);
            }
        }
    }

    /// <summary>Opens a round, of which nothing is wanted yet; what was left of the one before is released.</summary>
    public void BeginRound(Round round)
    {
        Round = round;
        IsOpen = true;
        _progress.Begin(round, Settings.BucketCount);
        _ownerCounts = _ownerCounts.Length == round.ShardCount ? _ownerCounts : new int[round.ShardCount];
        Array.Clear(_ownerCounts);
        foreach (WorkerEntry worker in _roster.All)
        {
            worker.BeginRound(_progress);
        }
    }

    /// <summary>The sums of this node of the open round are to be made here.</summary>
    public void Want(TreeNode node)
    {
        _progress.Want(node);
        _mayHaveUnowned = true;
    }

    /// <summary>Closes the round: measures the workers, and calls back those that still compute.</summary>
    public void CloseRound()
    {
        if (!IsOpen)
        {
            return;
        }

        IsOpen = false;
        RoundKind kind = Round!.Kind;
        double typical = Stragglers.Typical(_roster.All, kind)?.ShardsPerSecondAndThread ?? 0;
        foreach (WorkerEntry worker in _roster.All)
        {
            worker.EndRound(_now, kind, typical * worker.Threads);
            if (worker.IsReady && worker.IsBusy)
            {
                Send(worker, new CoordinatorMessage.Cancel(Settings.Term, Number));
            }
        }

        _progress.ReleaseAll(_effects);
    }

    /// <summary>Drops what is held of the open round without a word to the workers.</summary>
    public void DropRound()
    {
        if (IsOpen)
        {
            IsOpen = false;
            _progress.ReleaseAll(_effects);
        }
    }

    /// <summary>
    /// Sends on a bucket that is there from now on. Of the open round's version: to the workers that have an assignment, and
    /// wait for it. Of the next version: to the workers that hold the present one whole, because they have sent a sum of it,
    /// so that it cannot overtake the present one on the way. The others get it with their next assignment.
    /// </summary>
    public void PassWeightsOn(WeightVersion version, int bucket)
    {
        if (Round is not { } round)
        {
            return;
        }

        bool isOfNow = IsOpen && version == round.Version;
        bool isNext = round.Kind == RoundKind.Train && version.Value == round.Version.Value + 1;
        foreach (WorkerEntry worker in _roster.All)
        {
            if (worker.IsReady && ((isOfNow && worker.Assigned > 0) || (isNext && worker.HasDelivered)))
            {
                SendWeights(worker, version, bucket);
            }
        }
    }

    /// <summary>Does what the facts demand of the open round; nothing if they have not changed.</summary>
    public void Settle()
    {
        if (IsOpen)
        {
            GiveUnownedShards();
            RepeatLateShards();
        }
    }

    /// <summary>When silence or lateness of a worker is to be looked at; null: not at all.</summary>
    public Instant? FindDeadline()
    {
        Instant? next = null;
        if (_roster.All.Count > 0)
        {
            // A newcomer's silence ends later than any that was looked at, unless nothing was.
            _silenceLookAt ??= _roster.All.Min(worker => worker.LastWord) + Settings.Times.SilenceMax;
            next = _silenceLookAt;
        }

        if (IsOpen && HasIdleWorker() && Stragglers.NextLateAt(_roster.All, Round!.Kind, _now) is Instant late
            && (next is null || late < next))
        {
            next = late;
        }

        return next;
    }

    /// <summary>For people.</summary>
    /// <param name="inRound">Whether shards of the round in hand are worth telling.</param>
    public ImmutableArray<WorkerStatus> StatusOfWorkers(bool inRound, Instant now) =>
    [
        .. _roster.All.Select(worker => new WorkerStatus(
            worker.Id, worker.Name, worker.Threads, Health(worker, now), worker.IsReady, inRound ? worker.Assigned : 0,
            inRound ? UnfinishedShards(worker) : [], worker.Speed(RoundKind.Train).ShardsPerSecond, now - worker.LastWord)),
    ];

    private string Health(WorkerEntry worker, Instant now)
    {
        if (now - worker.LastWord > Settings.Times.HeartbeatEvery * 2)
        {
            return "silent";
        }

        return worker.Stage switch
        {
            WorkerStage.Leaving => "leaving",
            WorkerStage.Ready when IsOpen && worker.IsBusy
                && worker.LateAt(Round!.Kind, Stragglers.Typical(_roster.All, Round.Kind)) is var at
                && at < now => "late",
            WorkerStage.Ready => "ready",
            _ => "loading",
        };
    }

    private bool HasIdleWorker()
    {
        foreach (WorkerEntry worker in _roster.All)
        {
            if (worker.IsIdle)
            {
                return true;
            }
        }

        return false;
    }

    private void SendWeights(WorkerEntry worker, WeightVersion version, int bucket)
    {
        if (_lead.HoldsWeights(version, bucket) && worker.NoteWeightsSent(version, bucket, Settings.BucketCount))
        {
            _effects.Add(new CoordinatorEffect.SendWeights(
                worker.Id, new CoordinatorMessage.Weights(Settings.Term, version, bucket)));
        }
    }

    private void Send(WorkerEntry worker, CoordinatorMessage message) =>
        _effects.Add(new CoordinatorEffect.Send(worker.Id, message));

    private void Notify(Notice notice) => _effects.Add(new CoordinatorEffect.Notify(notice));
}
