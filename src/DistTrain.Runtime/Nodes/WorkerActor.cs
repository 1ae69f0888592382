using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A worker as an actor of the local engine.</summary>
#pragma warning disable CA1001 // What it owns ends with the actor's loop, not with a call of its owner's.
public sealed class WorkerActor : Actor<WorkerInput>, IWorkerHost
#pragma warning restore CA1001
{
    private readonly WorkerCore _core;
    private readonly Uplink _uplink;
    private readonly AttemptLog _attempts;
    private readonly TaskCompletionSource<RunEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasTold;

    public WorkerActor(string name, int threads, ProtocolTimes times, IRunSource source, IConnector connector)
        : base(name, MailboxCapacity)
    {
        _uplink = new Uplink(connector, this, Refused);
        _attempts = new AttemptLog(line => Log?.Invoke(line));
        _core = new WorkerCore(new WorkerProtocol(name, threads, times), source, this);
    }

    /// <summary>How the worker ended; never faults.</summary>
    public Task<RunEnd> End => _end.Task;

    /// <summary>Whether memory did not suffice; known once it has ended.</summary>
    public bool RanOutOfMemory { get; private set; }

    /// <summary>Whether sums of this worker were handed to a connection; to be read once it has ended.</summary>
    public bool HasDelivered => _core.HasDelivered;

    /// <summary>Takes a line about the connection; null: nobody listens.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Called once, when its first sums were handed to a connection; null: nobody listens.</summary>
    public Action? Delivered { get; init; }

    protected override Instant? NextDeadline => _core.NextDeadline;

    /// <summary>Starts the actor and its first attempt to connect.</summary>
    public void Join()
    {
        Start();
        Reconnect(TimeSpan.Zero, "");
    }

    void IWorkerHost.Post(WorkerInput input)
    {
        if (!TryPost(input))
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

    protected override void Receive(WorkerInput message)
    {
        if (message is WorkerInput.Connected)
        {
            _attempts.Connected();
        }

        _core.Handle(message);
        if (_core.HasDelivered && !_hasTold)
        {
            _hasTold = true;
            Delivered?.Invoke();
        }
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
    }

    protected override void Discard(WorkerInput message) => WorkerCore.Discard(message);

    private void Refused(string reason)
    {
        _end.TrySetResult(new RunEnd(RunEndKind.Failed, reason));
        Stop();
    }

    /// <summary>Messages; the coordinator sends a few a round.</summary>
    private const int MailboxCapacity = 4096;
}
