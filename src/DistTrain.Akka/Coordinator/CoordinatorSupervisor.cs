using Akka.Actor;
using Akka.Event;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// The cluster singleton. Opens the run (from the newest checkpoint, where it is not the first to do so), keeps one
/// <see cref="CoordinatorActor"/> for it, and says what becomes of a failure.
/// </summary>
/// <remarks>
/// <para>Restarted: a coordinator actor that threw. Its session is closed and the run is opened again from the newest
/// checkpoint, at most <see cref="RestartsMax"/> times; the workers connect again by themselves.</para>
/// <para>Escalated: a run that cannot be opened (bad input, no disk), and the failure after the last restart. They end
/// this node's part with that reason; another coordinator node, where there is one, takes over.</para>
/// <para>Handed over: when this node leaves in good order, the core is stopped between two messages, a checkpoint of the
/// current weights is written, and only then does the singleton move. A run that is still being opened is let go.</para>
/// </remarks>
#pragma warning disable CA1001 // A cancellation without a timer holds nothing; what is under way may still ask it.
internal sealed class CoordinatorSupervisor : ReceiveActor
#pragma warning restore CA1001
{
    private readonly CoordinatorPlan _plan;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _leaving = new();
    private Task<ICoordinatorSession>? _opening;
    private Task<TrainingResult>? _writing;
    private ICoordinatorSession? _session;
    private IActorRef? _coordinator;
    private RunEnd? _end;
    private string _failure = "";
    private int _restarts;
    private bool _isHandedOver;

    /// <summary>Nothing is left to be kept: the run's results are written, or there will be none.</summary>
    private bool _isOver;

    public CoordinatorSupervisor(CoordinatorPlan plan)
    {
        _plan = plan;
        Receive<CoordinatorCommand.SessionOpened>(opened => OnOpened(opened.Session));
        Receive<CoordinatorCommand.SessionFailed>(failed => GiveUp(failed.Failure));
        Receive<CoordinatorCommand.RunEnded>(ended => Finish(ended.End));
        Receive<CoordinatorCommand.SessionFinished>(OnFinished);
        Receive<CoordinatorCommand.HandOver>(_ => OnHandOver());
        Receive<CoordinatorCommand.Handle>(OnInput);
        Receive<CoordinatorCommand.NodeGone>(gone => _coordinator?.Forward(gone));
        Receive<LinkMessage.Ask>(OnAsk);
        Receive<Terminated>(_ => OnCoordinatorGone());
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _failure = NodeFailure.Describe("the coordinator", failure);
        return Directive.Stop;
    });

    protected override void PreStart()
    {
        _plan.IsOpened = true;
        Open(_plan.Resume, null);
    }

    /// <summary>A system that goes down without asking: what was computed since the last checkpoint is computed again.</summary>
    protected override void PostStop()
    {
        _leaving.Cancel();
        _ = CloseAsync(_plan, _opening, _writing, _session, _end);
    }

    /// <summary>Waits for what is under way beside the actor: the next life of this node takes the same port and folder.</summary>
    private static async Task CloseAsync(
        CoordinatorPlan plan, Task<ICoordinatorSession>? opening, Task<TrainingResult>? writing, ICoordinatorSession? session,
        RunEnd? end)
    {
        var down = new TrainingOutcome(
            null, new RunEnd(RunEndKind.Stopped, "the node went down; the newest checkpoint is good"), IsRunOver: false);
        try
        {
            session ??= opening is null ? null : await opening.ConfigureAwait(false);
            if (session is not null && writing is null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }

            plan.Result.TrySetResult(writing is null ? down : Outcome(await writing.ConfigureAwait(false), end!));
        }
#pragma warning disable CA1031 // Nobody asks any more why it failed, and who waits for the end must learn of it.
        catch (Exception)
#pragma warning restore CA1031
        {
            plan.Result.TrySetResult(down);
        }
    }

    /// <param name="broken">The session before, which is closed first.</param>
    private void Open(bool resume, ICoordinatorSession? broken)
    {
        IActorRef self = Self;
        CancellationToken leaving = _leaving.Token;
        _opening = Task.Run(async () =>
        {
            if (broken is not null)
            {
                await broken.DisposeAsync().ConfigureAwait(false);
            }

            return _plan.OpenSession(resume, leaving);
        });
        _opening.PipeTo(
            self,
            success: session => new CoordinatorCommand.SessionOpened(session),
            failure: failure => new CoordinatorCommand.SessionFailed(failure));
    }

    private void OnOpened(ICoordinatorSession session)
    {
        _opening = null;
        _session = session;
        if (_leaving.IsCancellationRequested)
        {
            Finish(_isHandedOver ? HandedOver : StoppedOnRequest);
            return;
        }

        _coordinator = Context.ActorOf(CoordinatorActor.PropsOf(session), $"run-{_restarts}");
        Context.Watch(_coordinator);
    }

    private void OnAsk(LinkMessage.Ask ask)
    {
        if (_coordinator is { } coordinator && _end is null)
        {
            coordinator.Forward(ask);
        }
        else if (_end is { } end && !_isHandedOver)
        {
            Sender.Tell(new LinkMessage.RunIsOver(ask.Attempt, end.Reason, end.Kind == RunEndKind.Failed));
        }
        else
        {
            string why = _isHandedOver ? "the coordinator moves to another node" : "the coordinator is loading the run";
            Sender.Tell(new LinkMessage.Closed(ask.Attempt, why));
        }
    }

    private void OnInput(CoordinatorCommand.Handle command)
    {
        if (_coordinator is { } coordinator)
        {
            coordinator.Forward(command);
        }
        else if (command.Input is CoordinatorInput.StopRequested)
        {
            _leaving.Cancel();
        }
        else
        {
            CoordinatorCore.Discard(command.Input);
        }
    }

    private void OnHandOver()
    {
        _isHandedOver = true;
        _leaving.Cancel();
        if (_isOver)
        {
            Context.Stop(Self);
        }
        else if (_end is null && _coordinator is not null)
        {
            Finish(HandedOver);
        }

        // Otherwise the run is being opened or written, which leads here by itself.
    }

    /// <summary>Stops the child first, so that nothing calls the core while its state is written.</summary>
    private void Finish(RunEnd end)
    {
        _end = end;
        if (_coordinator is { } coordinator)
        {
            Context.Stop(coordinator);
        }
        else
        {
            Write(end);
        }
    }

    private void OnCoordinatorGone()
    {
        _coordinator = null;
        if (_end is { } end)
        {
            Write(end);
            return;
        }

        if (++_restarts > RestartsMax)
        {
            GiveUp(new TrainingException($"{_failure}; it failed {_restarts} times, and the last checkpoint is good"));
            return;
        }

        ICoordinatorSession broken = _session!;
        _session = null;
        _log.Warning(
            "{0}; the run is opened again from its newest checkpoint ({1} of {2})", _failure, _restarts, RestartsMax);
        Open(resume: true, broken);
    }

    private void Write(RunEnd end)
    {
        IActorRef self = Self;
        ICoordinatorSession session = _session!;
        _writing = Task.Run(async () =>
        {
            await using (session.ConfigureAwait(false))
            {
                return await session.FinishAsync(end).ConfigureAwait(false);
            }
        });
        _writing.PipeTo(
            self,
            success: result => new CoordinatorCommand.SessionFinished(result, null),
            failure: failure => new CoordinatorCommand.SessionFinished(null, failure));
    }

    private void OnFinished(CoordinatorCommand.SessionFinished finished)
    {
        if (finished.Failure is { } failure)
        {
            GiveUp(failure);
            return;
        }

        _isOver = true;
        _plan.Result.TrySetResult(Outcome(finished.Result!, _end!));
        if (_isHandedOver)
        {
            Context.Stop(Self);
        }
    }

    private void GiveUp(Exception failure)
    {
        _isOver = true;
        _opening = null;
        if (failure is OperationCanceledException && _leaving.IsCancellationRequested)
        {
            _end ??= StoppedOnRequest;
            _plan.Result.TrySetCanceled();
        }
        else
        {
            _end ??= new RunEnd(RunEndKind.Failed, failure.Message);
            _plan.Result.TrySetException(failure);
        }

        if (_isHandedOver)
        {
            Context.Stop(Self);
        }
    }

    private static TrainingOutcome Outcome(TrainingResult result, RunEnd end) =>
        new(result, end, IsRunOver: end != HandedOver);

    public static Props PropsOf(CoordinatorPlan plan) => Props.Create(() => new CoordinatorSupervisor(plan));

    /// <summary>A defect that comes back is not cured by a fourth try.</summary>
    private const int RestartsMax = 3;

    private static readonly RunEnd HandedOver = new(RunEndKind.Stopped, "handed over to another coordinator node");
    private static readonly RunEnd StoppedOnRequest = new(RunEndKind.Stopped, "stopped on request");
}
