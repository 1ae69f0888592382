using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The coordinator as an actor of the local engine.</summary>
public sealed class CoordinatorActor : Actor<CoordinatorInput>, ICrewNode
{
    private readonly CoordinatorCore _core;
    private readonly TaskCompletionSource<RunEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastWorker;

    /// <param name="core">Owned from now on.</param>
    public CoordinatorActor(CoordinatorCore core)
        : base("coordinator", MailboxCapacity)
    {
        _core = core;
    }

    /// <summary>How the run ended; never faults (a failure of the coordinator itself is a failed end).</summary>
    public Task<RunEnd> End => _end.Task;

    public ISpareWork? SpareWork => _core.SpareWork;

    protected override Instant? NextDeadline => _core.NextDeadline;

    public WorkerId NextWorkerId() => new(Interlocked.Increment(ref _lastWorker));

    protected override void Receive(CoordinatorInput message)
    {
        _core.TakeUp(message);
        CheckEnd();
    }

    protected override bool TryGoOn()
    {
        bool hasWorked = _core.TryGoOn();
        CheckEnd();
        return hasWorked;
    }

    protected override void OnDeadline(Instant now)
    {
        _core.OnDeadline(now);
        CheckEnd();
    }

    protected override void OnFailed(Exception failure) =>
        _end.TrySetResult(new RunEnd(RunEndKind.Failed, NodeFailure.Describe("the coordinator", failure)));

    protected override void OnStopped()
    {
        _core.Dispose();
        _end.TrySetResult(new RunEnd(RunEndKind.Stopped, "the coordinator was stopped"));
    }

    protected override void Discard(CoordinatorInput message)
    {
        if (message is CoordinatorInput.Say { IsLasting: true })
        {
            _core.Handle(message);
        }
        else
        {
            CoordinatorCore.Discard(message);
        }
    }

    private void CheckEnd()
    {
        if (_core.End is { } end)
        {
            _end.TrySetResult(end);
            Stop();
        }
    }

    /// <summary>Messages; a worker has a handful under way at a time.</summary>
    private const int MailboxCapacity = 16_384;
}
