using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// Hosts a <see cref="CoordinatorCore"/>: gives it what arrives, one message at a time, and wakes it at its deadline. It
/// decides nothing about the run.
/// </summary>
/// <remarks>
/// A worker comes in two steps. It asks; the answer has a ticket for a tensor link. When a link shows the ticket, worker
/// actor and link belong together under one <see cref="WorkerId"/>, and the core hears of it. A worker goes when its link
/// breaks, its actor stops (death watch), its node leaves the cluster, or it asks again. Whatever comes first counts;
/// the core ignores the rest. An exception here has broken the core's state, so the actor is stopped, never resumed:
/// the supervisor opens the run again from the newest checkpoint.
/// </remarks>
internal sealed class CoordinatorActor : ReceiveActor, IWithTimers
{
    private readonly ICoordinatorSession _session;
    private readonly Dictionary<WorkerId, Caller> _expected = [];
    private readonly Dictionary<WorkerId, AkkaWorkerPort> _ports = [];
    private readonly Dictionary<IActorRef, WorkerId> _workers = [];
    private ActorMailbox<CoordinatorInput>? _mailbox;
    private int _lastWorker;
    private Instant? _armedFor;
    private bool _isOver;

    public CoordinatorActor(ICoordinatorSession session)
    {
        _session = session;
        Receive<LinkMessage.Ask>(OnAsk);
        Receive<LinkMessage.Closed>(OnClosed);
        Receive<WorkerMessage>(OnWorkerMessage);
        Receive<CoordinatorCommand.Handle>(OnHandle);
        Receive<CoordinatorCommand.NodeGone>(OnNodeGone);
        Receive<CoordinatorCommand.Deadline>(_ => OnDeadline());
        Receive<Terminated>(gone => Drop(gone.ActorRef, "its actor stopped"));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        IActorRef self = Self;
        _mailbox = new ActorMailbox<CoordinatorInput>(
            input => self.Tell(new CoordinatorCommand.Handle(input, IsCounted: true)), MailboxCapacity);
        _session.Attach(_mailbox);
        OnInput(new CoordinatorInput.Started());
    }

    protected override void PostStop() => _mailbox?.Close();

    private void OnAsk(LinkMessage.Ask ask)
    {
        Drop(Sender, "it connects anew");
        if (_expected.Count >= ExpectedMax)
        {
            Sender.Tell(new LinkMessage.Closed(ask.Attempt, "too many workers connect at once; try again"));
            return;
        }

        var worker = new WorkerId(++_lastWorker);
        LinkSession ticket = LinkSession.New();
        _expected.Add(worker, new Caller(Sender, ask.Attempt, ticket));
        _workers.Add(Sender, worker);
        Context.Watch(Sender);
        _session.Expect(ticket, worker);
        Sender.Tell(new LinkMessage.Offer(ask.Attempt, _session.TensorPort, ticket));
    }

    private void OnHandle(CoordinatorCommand.Handle command)
    {
        if (command.IsCounted)
        {
            _mailbox?.Taken();
        }

        OnInput(command.Input);
    }

    private void OnInput(CoordinatorInput input)
    {
        if (input is CoordinatorInput.Connected connected)
        {
            if (!_expected.Remove(connected.Worker, out Caller? caller))
            {
                connected.Port.Close("its worker actor is gone");
                return;
            }

            var port = new AkkaWorkerPort(caller.Worker, Self, caller.Attempt, connected.Port);
            _ports.Add(connected.Worker, port);
            caller.Worker.Tell(new LinkMessage.Opened(caller.Attempt));
            input = connected with { Port = port };
        }
        else if (input is CoordinatorInput.Disconnected lost)
        {
            Forget(lost.Worker);
        }

        Drive(input);
    }

    private void OnWorkerMessage(WorkerMessage message)
    {
        if (_workers.TryGetValue(Sender, out WorkerId worker) && _ports.ContainsKey(worker))
        {
            Drive(new CoordinatorInput.Arrived(worker, message));
        }
    }

    private void OnClosed(LinkMessage.Closed closed)
    {
        if (_workers.TryGetValue(Sender, out WorkerId worker)
            && (AttemptOf(worker) is not { } attempt || attempt == closed.Attempt))
        {
            Drop(Sender, closed.Reason);
        }
    }

    private int? AttemptOf(WorkerId worker) => _expected.GetValueOrDefault(worker)?.Attempt;

    private void OnNodeGone(CoordinatorCommand.NodeGone gone)
    {
        foreach (IActorRef worker in _workers.Keys.Where(actor => actor.Path.Address.Equals(gone.Node)).ToArray())
        {
            Drop(worker, gone.Reason);
        }
    }

    /// <summary>Ends a worker's connection, whichever state it is in.</summary>
    private void Drop(IActorRef actor, string reason)
    {
        if (!_workers.TryGetValue(actor, out WorkerId worker))
        {
            return;
        }

        AkkaWorkerPort? port = _ports.GetValueOrDefault(worker);
        Forget(worker);
        if (port is not null)
        {
            port.Close(reason);
            Drive(new CoordinatorInput.Disconnected(worker, reason));
        }
    }

    private void Forget(WorkerId worker)
    {
        IActorRef? actor = null;
        if (_expected.Remove(worker, out Caller? caller))
        {
            _session.Forget(caller.Ticket);
            actor = caller.Worker;
        }

        if (_ports.Remove(worker, out AkkaWorkerPort? port))
        {
            actor = port.Worker;
        }

        if (actor is not null && _workers.GetValueOrDefault(actor) == worker)
        {
            _workers.Remove(actor);
            Context.Unwatch(actor);
        }
    }

    private void OnDeadline()
    {
        _armedFor = null;
        Instant now = MonotonicClock.Now;
        if (_session.Core.NextDeadline is { } due && due <= now)
        {
            _session.Core.OnDeadline(now);
        }

        AfterDriving();
    }

    private void Drive(CoordinatorInput input)
    {
        _session.Core.Handle(input);
        AfterDriving();
    }

    private void AfterDriving()
    {
        if (_session.Core.End is { } end)
        {
            if (!_isOver)
            {
                _isOver = true;
                Timers.CancelAll();
                Context.Parent.Tell(new CoordinatorCommand.RunEnded(end));
            }

            return;
        }

        if (_session.Core.NextDeadline is { } due && (_armedFor is not { } armed || due < armed))
        {
            _armedFor = due;
            TimeSpan wait = due - MonotonicClock.Now;
            Timers.StartSingleTimer(
                DeadlineKey, CoordinatorCommand.Deadline.Instance, wait > TimerMin ? wait : TimerMin);
        }
    }

    /// <summary>Props for one session; the actor does not outlive it.</summary>
    public static Props PropsOf(ICoordinatorSession session) => Props.Create(() => new CoordinatorActor(session));

    private sealed record Caller(IActorRef Worker, int Attempt, LinkSession Ticket);

    /// <summary>Inputs from tensor links; a worker has a handful under way at a time.</summary>
    private const int MailboxCapacity = 16_384;

    /// <summary>Workers between question and link.</summary>
    private const int ExpectedMax = 4096;

    private const string DeadlineKey = "deadline";
    private static readonly TimeSpan TimerMin = TimeSpan.FromMilliseconds(1);
}
