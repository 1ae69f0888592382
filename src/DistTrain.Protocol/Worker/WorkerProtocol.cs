namespace DistTrain.Protocol;

/// <summary>The worker's state machine: an event and the time go in, effects come out.</summary>
/// <remarks>
/// <para>
/// States. Away (no connection; a Reconnect is under way) → Greeting (Hello said) → Loading (Welcome came; the shell
/// loads run file and data) → Ready → Leaving (asked to end; finishes the node in hand) → Ended. Every state but Ended
/// goes back to Away when the connection ends or the coordinator is silent for too long. Away needs no user: it tries
/// again, waiting twice as long each time, up to <see cref="BackOff.Longest"/>.
/// </para>
/// <para>
/// Work. An assignment comes over the control link, the weights over the tensor link, in any order. Computing a tree node
/// begins with the assignment (<see cref="WorkerRound"/>): each layer waits for the buckets that it reads, so the first
/// layers compute while the weights of the last are on their way. One computation runs at a time; one whose round is over is
/// told to end where it waits, else it runs to its end, and its result is released. An assignment of a newer round puts the
/// older one aside.
/// </para>
/// <para>
/// Invariants. Only messages of the term that this connection was welcomed to count, and a term of the past is not joined
/// again. Every handle that came in is released exactly once, after its last SendPartial. Nothing is computed twice
/// within a round. No sum leaves before all weights of its round came. A computation whose round is no longer wanted was
/// told to end, so that none waits for weights that never come. After Ended no effect but releases.
/// </para>
/// <para>What it does not know: floats, files, sockets, threads, clocks, other workers.</para>
/// </remarks>
public sealed partial class WorkerProtocol
{
    private readonly List<WorkerEffect> _effects = [];
    private Stage _stage = Stage.Away;
    private Instant _now;
    private Instant? _deadline;
    private bool _started;

    public WorkerProtocol(string name, int threads, ProtocolTimes times)
        : this(name, threads, times, computationsMax: 1)
    {
        _hasCapacity = true;
    }

    /// <summary>The upper face of an aggregator: it computes on the workers below it, once there are any.</summary>
    internal WorkerProtocol(string name, int threads, ProtocolTimes times, int computationsMax)
    {
        _work = new WorkerRound(computationsMax);
        Name = name;
        Threads = threads;
        Times = times;
        _backOff = new BackOff(name);
    }

    private enum Stage
    {
        Away,
        Greeting,
        Loading,
        Ready,
        Leaving,
        Ended,
    }

    public string Name { get; }

    public int Threads { get; private set; }

    public ProtocolTimes Times { get; }

    internal Canary Canary { get; init; }

    /// <summary>What the coordinator of this connection said, once its run is loaded; else null.</summary>
    internal CoordinatorMessage.Welcome? LoadedFor =>
        _stage is Stage.Loading or Stage.Ready or Stage.Leaving && _loaded is not null && _loadedRunHash == _welcome!.RunHash
            ? _welcome
            : null;

    internal int BucketCount => _work.BucketCount;

    internal bool HoldsWeights(WeightVersion version, int bucket) => _work.Holds(version, bucket);

    /// <summary>When the machine wants <see cref="WorkerEvent.TimePassed"/> at the latest; null: not at all.</summary>
    public Instant? NextDeadline => _deadline;

    /// <summary>Notes what happened and says what is to be done about it.</summary>
    /// <param name="now">Not before the last one; an earlier time counts as the last one.</param>
    public StepResult<WorkerEffect> Handle(Instant now, WorkerEvent input)
    {
        _effects.Clear();
        _now = !_started || now > _now ? now : _now;
        _awaySince ??= _started ? null : now;
        _started = true;
        ForgiveOwnPause();
        switch (input)
        {
            case WorkerEvent.Connected:
                Greet();
                break;
            case WorkerEvent.Disconnected gone:
                GoAway(gone.Reason);
                break;
            case WorkerEvent.MessageArrived arrived:
                MessageArrived(arrived.Message);
                break;
            case WorkerEvent.WeightsArrived weights:
                WeightsArrived(weights.Header);
                break;
            case WorkerEvent.RunLoaded loaded:
                RunLoaded(loaded);
                break;
            case WorkerEvent.RunNotLoaded notLoaded:
                RunNotLoaded(notLoaded.Reason, notLoaded.MayHeal);
                break;
            case WorkerEvent.NodeComputed computed:
                NodeComputed(computed);
                break;
            case WorkerEvent.NodeAbandoned abandoned:
                NodeAbandoned(abandoned);
                break;
            case WorkerEvent.BucketComputed bucket:
                BucketComputed(bucket);
                break;
            case WorkerEvent.NodeNotFinite notFinite:
                NodeNotFinite(notFinite);
                break;
            case WorkerEvent.CapacityChanged capacity:
                CapacityChanged(capacity.Threads);
                break;
            case WorkerEvent.LeaveRequested leave:
                LeaveRequested(leave.Reason);
                break;
        }

        ComputeNextNode();
        MindTime();
        _deadline = FindDeadline();
        return new StepResult<WorkerEffect>([.. _effects]);
    }

    private void MessageArrived(CoordinatorMessage message)
    {
        if (_stage is Stage.Away or Stage.Ended)
        {
            return;
        }

        _coordinatorWord = _now;
        switch (message)
        {
            case CoordinatorMessage.Welcome welcome when _stage == Stage.Greeting:
                Welcomed(welcome);
                break;
            case CoordinatorMessage.Refused { Final: true } refused:
                End(RunEndKind.Failed, refused.Reason);
                break;
            case CoordinatorMessage.Refused refused:
                GoAway(refused.Reason);
                break;
            case CoordinatorMessage.Assign assign when IsOfThisTerm(assign.Term):
                Assigned(assign);
                break;
            case CoordinatorMessage.Cancel cancel when IsOfThisTerm(cancel.Term):
                Cancelled(cancel.Round);
                break;
            case CoordinatorMessage.Stop stop when _stage == Stage.Greeting || IsOfThisTerm(stop.Term):
                End(stop.Failed ? RunEndKind.Failed : RunEndKind.Completed, stop.Reason);
                break;
            case CoordinatorMessage.Weights:
                GoAway("the coordinator sent the header of weights without the weights");
                break;
        }
    }

    /// <summary>Whether a message counts: it is of the term that this connection was welcomed to.</summary>
    private bool IsOfThisTerm(Term term) => _stage is Stage.Loading or Stage.Ready or Stage.Leaving && term == _term;

    private void End(RunEndKind kind, string reason)
    {
        _stage = Stage.Ended;
        ForgetWork();
        _effects.Add(new WorkerEffect.Finish(new RunEnd(kind, reason)));
    }

    private void Send(WorkerMessage message) => _effects.Add(new WorkerEffect.Send(message));
}
