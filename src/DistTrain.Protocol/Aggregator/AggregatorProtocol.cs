using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>The state machine of a node between coordinator and workers: an event and the time go in, effects come out.</summary>
/// <remarks>
/// <para>
/// It is put together from what is there. To the node above it is a worker (<see cref="WorkerProtocol"/>) that computes
/// any number of tree nodes at once; to those below it is a coordinator (<see cref="Crew"/>) whose round comes from above.
/// A node that the upper face wants computed is wanted of the crew, and a sum that the crew completes is what was computed.
/// So there is no protocol of its own, levels nest, and every fence holds on each link: terms and rounds are passed on
/// as they came, a worker below is welcomed with the Welcome from above.
/// </para>
/// <para>
/// Weights pass through bucket by bucket: to the workers that have sent a sum of the round before as they come, to others
/// with their next assignment. Sums leave bucket by bucket as each is complete.
/// </para>
/// <para>
/// When something breaks. A worker below dies: its shards go to the others below. None is left: the aggregator goes away
/// above, so that its shards go to others there, and comes back with its first worker. The connection above breaks: the
/// workers below stay, unless the next Welcome is of another term or run, then they come again and are welcomed with it;
/// after <see cref="AloneMax"/> they are sent away to find another node. The same round comes again after a break: the workers
/// that had a part in it are sent away too, since none of them computes a shard of a round twice. The aggregator dies: to the node above a
/// worker died, and its workers look for a node as they do when a coordinator died.
/// </para>
/// <para>What it does not know: floats, files, sockets, threads, clocks, how many levels there are.</para>
/// </remarks>
public sealed class AggregatorProtocol : ICrewLead
{
    /// <summary>How long workers are kept without a node above; about as long as they would wait for a silent one.</summary>
    public static readonly TimeSpan AloneMax = TimeSpan.FromSeconds(10);

    private readonly List<AggregatorEffect> _effects = [];
    private readonly EffectsBelow _effectsBelow;
    private readonly WorkerProtocol _above;
    private readonly AggregatorSettings _settings;
    private readonly Dictionary<TreeNode, int> _bucketsDone = [];
    private Crew? _crew;
    private Instant _now;
    private Instant? _deadline;
    private Instant? _aloneSince;
    private Instant _sumsSince;
    private int _threadsReady;
    private bool _hasServed;
    private bool _hasEnded;

    public AggregatorProtocol(AggregatorSettings settings)
    {
        _settings = settings;
        _effectsBelow = new EffectsBelow(_effects);
        _above = new WorkerProtocol(settings.Name, settings.ThreadsExpected, settings.Times, int.MaxValue)
        {
            Canary = settings.Canary,
        };
    }

    /// <summary>When the machine wants <see cref="AggregatorEvent.TimePassed"/> at the latest; null: not at all.</summary>
    public Instant? NextDeadline => _deadline;

    /// <summary>Sums are in that wait for <see cref="CoordinatorEvent.CaughtUp"/> from below to be added and sent up.</summary>
    public bool HasWork => _crew?.HasWork ?? false;

    bool ICrewLead.HasEnded => _hasEnded;

    string? ICrewLead.SendsAwayBecause =>
        IsAloneForLong ? $"{_settings.Name} has lost the node above it; find another node" : null;

    private bool IsAloneForLong => _aloneSince is Instant since && _now - since >= AloneMax;

    /// <summary>Notes what happened and says what is to be done about it.</summary>
    /// <param name="now">Not before the last one; an earlier time counts as the last one.</param>
    public StepResult<AggregatorEffect> Handle(Instant now, AggregatorEvent input)
    {
        _effects.Clear();
        _now = now > _now ? now : _now;
        _crew?.Advance(_now, _deadline);
        switch (input)
        {
            case AggregatorEvent.FromAbove { Event: var above }:
                HandleAbove(above);
                break;
            case AggregatorEvent.FromBelow { Event: var below }:
                HandleBelow(below);
                break;
            default:
                HandleAbove(new WorkerEvent.TimePassed());
                break;
        }

        Settle();
        _deadline = FindDeadline();
        return new StepResult<AggregatorEffect>([.. _effects]);
    }

    /// <summary>For people: the workers below.</summary>
    public CoordinatorStatus Status(Instant now) => AggregatorStatus.Of(_crew, _aloneSince is null, _hasEnded, now);

    bool ICrewLead.HoldsWeights(WeightVersion version, int bucket) => _above.HoldsWeights(version, bucket);

    void ICrewLead.SumCompleted(int bucket, TreeNode node, SumHandle sum)
    {
        Round round = _crew!.Round!;
        long micros = (long)(_now - _sumsSince).TotalMicroseconds;
        _sumsSince = _now;
        int done = _bucketsDone.GetValueOrDefault(node) + 1;
        _bucketsDone[node] = done;
        if (done == round.SumBuckets(_crew.Settings.BucketCount))
        {
            HandleAbove(new WorkerEvent.NodeComputed(round, node, sum, micros));
        }
        else
        {
            HandleAbove(new WorkerEvent.BucketComputed(round, node, bucket, sum, micros));
            _effectsBelow.Add(new CoordinatorEffect.Release(sum));
        }
    }

    void ICrewLead.NotFinite(WorkerEntry worker, WorkerMessage.NotFinite found) =>
        HandleAbove(new WorkerEvent.NodeNotFinite(_crew!.Round!, found.Shard, found.Tensor, found.What));

    void ICrewLead.Superseded(WorkerEntry witness, Term newer)
    {
        Term term = _crew!.Settings.Term;
        if (newer.Value > term.Value)
        {
            _effects.Add(new AggregatorEffect.Above(new WorkerEffect.Send(new WorkerMessage.Superseded(term, newer))));
            HandleAbove(new WorkerEvent.Disconnected(
                $"{Crew.Called(witness)} has served a coordinator of term {newer.Value}, this one's is {term.Value}"));
        }
    }

    private void HandleBelow(CoordinatorEvent input)
    {
        if (_crew is not null)
        {
            _crew.Handle(input);
            return;
        }

        // Whoever comes before the run is known comes again.
        switch (input)
        {
            case CoordinatorEvent.Connected early:
                _effectsBelow.Add(new CoordinatorEffect.Disconnect(early.Worker, "the run is not known here yet"));
                break;
            case CoordinatorEvent.PartialArrived partial:
                _effectsBelow.Add(new CoordinatorEffect.Release(partial.Sum));
                break;
        }
    }

    private void HandleAbove(WorkerEvent input)
    {
        if (input is WorkerEvent.MessageArrived { Message: CoordinatorMessage.Cancel cancel }
            && _crew is not null && cancel.Term == _crew.Settings.Term && cancel.Round == _crew.Number)
        {
            _crew.CloseRound();
        }

        foreach (WorkerEffect effect in _above.Handle(_now, input).Effects)
        {
            Perform(effect);
        }

        WelcomeCrew();
        if (input is WorkerEvent.WeightsArrived { Header: var header } && header.Term == _crew?.Settings.Term)
        {
            _crew.PassWeightsOn(header.Version, header.Bucket);
        }
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case WorkerEffect.Compute compute:
                Want(compute.Round, compute.Node);
                return;
            case WorkerEffect.OpenWeights or WorkerEffect.Abandon:
                // Workers below are told bucket by bucket, and by Cancel.
                return;
            case WorkerEffect.Release release:
                _effectsBelow.Add(new CoordinatorEffect.Release(release.Sums));
                return;
            case WorkerEffect.Reconnect:
                _aloneSince ??= _now;
                _crew?.CloseRound();
                break;
            case WorkerEffect.Finish finish:
                End(finish.End);
                break;
        }

        _effects.Add(new AggregatorEffect.Above(effect));
    }

    private void Want(Round round, TreeNode node)
    {
        Crew crew = _crew ?? throw new InvalidOperationException("work came before the run was known");
        if (crew.Round != round || !crew.IsOpen)
        {
            crew.CloseRound();
            if (crew.Round == round && _settings.Canary != Canary.InterruptedRoundResumed
                && crew.Workers.Any(worker => worker.Assigned > 0))
            {
                crew.SendAllAway("the round was interrupted above, and begins again; connect again");
            }

            _bucketsDone.Clear();
            _sumsSince = _now;
            crew.BeginRound(round);
        }

        crew.Want(node);
    }

    /// <summary>The run is known, or led anew: the workers are welcomed with what came from above.</summary>
    private void WelcomeCrew()
    {
        if (_above.LoadedFor is not CoordinatorMessage.Welcome welcome)
        {
            return;
        }

        _aloneSince = null;
        if (_crew is not null && _crew.Settings.Term == welcome.Term && _crew.Settings.RunHash == welcome.RunHash)
        {
            return;
        }

        if (_crew is not null)
        {
            _crew.CloseRound();
            _crew.SendAllAway("another coordinator leads the run now; connect again");
        }

        _crew = new Crew(
            new CrewSettings(
                welcome.Term, _above.BucketCount, welcome.RunJson, welcome.RunHash, welcome.DataHash, welcome.DataFile,
                _settings.Times, _settings.Canary),
            this, _effectsBelow);
    }

    private void Settle()
    {
        if (_crew is null || _hasEnded)
        {
            return;
        }

        _crew.DropSilentWorkers();
        if (IsAloneForLong)
        {
            _crew.SendAllAway(((ICrewLead)this).SendsAwayBecause!);
        }

        MindCapacity();
        _crew.Settle();
    }

    private void MindCapacity()
    {
        int ready = 0;
        int threads = 0;
        foreach (WorkerEntry worker in _crew!.Workers)
        {
            ready += worker.IsReady ? 1 : 0;
            threads += worker.IsReady ? worker.Threads : 0;
        }

        bool mayServe = ready >= (_hasServed ? 1 : _settings.WorkersAtStart);
        threads = mayServe ? Math.Min(threads, MessageLimits.ThreadsMax) : 0;
        if (threads != _threadsReady)
        {
            _threadsReady = threads;
            _hasServed |= mayServe;
            HandleAbove(new WorkerEvent.CapacityChanged(threads));
        }
    }

    private void End(RunEnd end)
    {
        _hasEnded = true;
        if (_crew is null)
        {
            return;
        }

        _crew.DropRound();
        if (end.Kind == RunEndKind.Stopped)
        {
            _crew.SendAllAway($"{_settings.Name} ends: {end.Reason}");
        }
        else
        {
            _crew.StopAll(end.Reason, end.Kind == RunEndKind.Failed);
        }
    }

    private Instant? FindDeadline()
    {
        if (_hasEnded)
        {
            return null;
        }

        Instant? next = _above.NextDeadline;
        Instant? below = _crew?.FindDeadline();
        next = next is null || below < next ? below ?? next : next;
        if (_aloneSince is Instant since && !IsAloneForLong && _crew is not null)
        {
            Instant alone = since + AloneMax;
            next = next is null || alone < next ? alone : next;
        }

        return next;
    }
}
