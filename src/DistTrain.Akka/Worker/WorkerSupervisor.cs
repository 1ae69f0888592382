using System.Diagnostics;
using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// Keeps one <see cref="WorkerActor"/>: one that threw is started afresh after a pause that grows, with a new core and under
/// the same rule as a worker of the local engine. When there is no hope the node's worker ends, with the reason.
/// </summary>
/// <remarks>A request to leave ends it whatever state the worker is in: also between two lives, and when it fails over it.</remarks>
internal sealed class WorkerSupervisor : ReceiveActor, IWithTimers
{
    private readonly WorkerPlan _plan;
    private readonly IActorRef _singleton;
    private readonly RestartCount _lives;
    private IActorRef? _worker;
    private long _startedAt;
    private Exception? _failure;
    private string? _leaveReason;

    public WorkerSupervisor(WorkerPlan plan, IActorRef singleton)
    {
        _plan = plan;
        _singleton = singleton;
        _lives = new RestartCount(plan.Restarts);
        Receive<WorkerCommand.Handle>(OnInput);
        Receive<WorkerCommand.Restart>(_ => Start());
        Receive<Terminated>(_ => OnGone());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _failure = failure;
        return Directive.Stop;
    });

    protected override void PreStart() => Start();

    private void Start()
    {
        _startedAt = Stopwatch.GetTimestamp();
        _plan.HasDelivered = false;
        _worker = Context.Watch(Context.ActorOf(WorkerActor.PropsOf(_plan, _singleton)));
    }

    private void OnInput(WorkerCommand.Handle command)
    {
        if (command.Input is WorkerInput.LeaveRequested leave)
        {
            _leaveReason ??= leave.Reason;
        }

        if (_worker is { } worker)
        {
            worker.Forward(command);
        }
        else if (_leaveReason is { } reason)
        {
            Finish(new RunEnd(RunEndKind.Stopped, reason));
        }
    }

    private void OnGone()
    {
        _worker = null;
        if (_failure is not { } failure)
        {
            // It has said how it ended.
            Context.Stop(Self);
            return;
        }

        _failure = null;
        string reason = NodeFailure.Describe(_plan.Name, failure);
        if (_leaveReason is { } leave)
        {
            Finish(new RunEnd(RunEndKind.Stopped, leave));
        }
        else if (NodeFailure.IsOutOfMemory(failure)
            || _lives.Next(Stopwatch.GetElapsedTime(_startedAt), _plan.HasDelivered, hasFailed: true) is not { } pause)
        {
            Finish(new RunEnd(RunEndKind.Failed, reason));
        }
        else
        {
            _plan.Say($"{reason}; it is started again in {pause.TotalSeconds:0.#} s");
            Timers.StartSingleTimer(RestartKey, WorkerCommand.Restart.Instance, pause);
        }
    }

    private void Finish(RunEnd end)
    {
        _plan.End.TrySetResult(end);
        Context.Stop(Self);
    }

    public static Props PropsOf(WorkerPlan plan, IActorRef singleton) =>
        Props.Create(() => new WorkerSupervisor(plan, singleton));

    private const string RestartKey = "restart";
}
