using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>An aggregator as an actor of the local engine.</summary>
#pragma warning disable CA1001 // What it owns ends with the actor's loop, not with a call of its owner's.
public sealed class AggregatorActor : Actor<AggregatorInput>, IWorkerHost, IMailbox<WorkerInput>, ICrewNode
#pragma warning restore CA1001
{
    private readonly AggregatorCore _core;
    private readonly Uplink _uplink;
    private readonly AttemptLog _attempts;
    private readonly TaskCompletionSource<RunEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LoadedRun> _run = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastWorker;
    private bool _hasTold;

    /// <param name="log">Takes a line about connections and workers, from any thread; null: nobody listens.</param>
    public AggregatorActor(AggregatorSettings settings, IRunSource source, IConnector connector, Action<string>? log)
        : base(settings.Name, MailboxCapacity)
    {
        _uplink = new Uplink(connector, this, Refused);
        Log = log ?? (static _ => { });
        _attempts = new AttemptLog(Log);
        _core = new AggregatorCore(new AggregatorProtocol(settings), source, this, Log);
    }

    /// <summary>How it ended; never faults.</summary>
    public Task<RunEnd> End => _end.Task;

    /// <summary>Whether memory did not suffice; known once it has ended.</summary>
    public bool RanOutOfMemory { get; private set; }

    /// <summary>Done when the run is known, so that workers can be taken in; cancelled if it ends before.</summary>
    public Task<LoadedRun> RunKnown => _run.Task;

    /// <summary>Whether sums were handed to a connection to the node above; to be read once it has ended.</summary>
    public bool HasDelivered => _core.HasDelivered;

    /// <summary>Called once, when its first sums were; null: nobody listens.</summary>
    public Action? Delivered { get; init; }

    protected override Instant? NextDeadline => _core.NextDeadline;

    private Action<string> Log { get; }

    public WorkerId NextWorkerId() => new(Interlocked.Increment(ref _lastWorker));

    /// <summary>Starts the actor and its first attempt to connect.</summary>
    public void Join()
    {
        Start();
        Reconnect(TimeSpan.Zero, "");
    }

    bool IMailbox<WorkerInput>.TryPost(WorkerInput message) => TryPost(new AggregatorInput.FromAbove(message));

    ValueTask<bool> IMailbox<WorkerInput>.PostAsync(WorkerInput message, CancellationToken cancellation) =>
        PostAsync(new AggregatorInput.FromAbove(message), cancellation);

    bool IMailbox<CoordinatorInput>.TryPost(CoordinatorInput message) => TryPost(new AggregatorInput.FromBelow(message));

    ValueTask<bool> IMailbox<CoordinatorInput>.PostAsync(CoordinatorInput message, CancellationToken cancellation) =>
        PostAsync(new AggregatorInput.FromBelow(message), cancellation);

    void IWorkerHost.Post(WorkerInput input)
    {
        if (!TryPost(new AggregatorInput.FromAbove(input)))
        {
            WorkerCore.Discard(input);
        }
    }

    public void Reconnect(TimeSpan after, string reason)
    {
        if (reason.Length > 0)
        {
            _attempts.Failed(reason, after);
        }

        _ = _uplink.ConnectAsync(after);
    }

    void IWorkerHost.Finish(RunEnd end)
    {
        _end.TrySetResult(end);
        Stop();
    }

    protected override void Receive(AggregatorInput message)
    {
        if (message is AggregatorInput.FromAbove { Input: WorkerInput.Connected })
        {
            _attempts.Connected();
        }

        _core.TakeUp(message);
        if (_core.Run is { } run)
        {
            _run.TrySetResult(run);
        }
    }

    protected override bool TryGoOn()
    {
        bool hasGoneOn = _core.TryGoOn();
        if (_core.HasDelivered && !_hasTold)
        {
            _hasTold = true;
            Delivered?.Invoke();
        }

        return hasGoneOn;
    }

    protected override void OnDeadline(Instant now) => _core.OnDeadline(now);

    protected override void OnFailed(Exception failure)
    {
        RanOutOfMemory |= NodeFailure.IsOutOfMemory(failure);
        _end.TrySetResult(new RunEnd(RunEndKind.Failed, NodeFailure.Describe(Name, failure)));
    }

    protected override void OnStopped()
    {
        _uplink.Dispose();
        _core.Dispose();
        _end.TrySetResult(new RunEnd(RunEndKind.Stopped, $"{Name} was stopped"));
        _run.TrySetCanceled();
    }

    protected override void Discard(AggregatorInput message) => AggregatorCore.Discard(message);

    private void Refused(string reason)
    {
        _end.TrySetResult(new RunEnd(RunEndKind.Failed, reason));
        Stop();
    }

    /// <summary>Messages; a worker below has a handful under way at a time.</summary>
    private const int MailboxCapacity = 16_384;
}
