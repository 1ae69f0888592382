using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// Hosts a <see cref="WorkerCore"/>: makes its connections, gives it what arrives, one message at a time, and wakes it at
/// its deadline. It decides nothing about the work.
/// </summary>
/// <remarks>
/// <para>Connecting: ask the singleton's proxy → offer with port and ticket → dial the tensor link → both the link and
/// the coordinator's word that it stands → the core hears of the connection. Each attempt has a number, and whatever
/// belongs to an earlier one is dropped.</para>
/// <para>Supervision: an exception has broken the core's state; the actor is stopped, and <see cref="WorkerSupervisor"/>
/// starts another with a new core. Its shards go to others the moment its link closes.</para>
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes what the actor owns; Akka calls it, whatever ends the actor.
internal sealed class WorkerActor : ReceiveActor, IWithTimers
#pragma warning restore CA1001
{
    private readonly WorkerPlan _plan;
    private readonly IActorRef _singleton;
    private readonly WorkerCore _core;
    private readonly ActorMailbox<WorkerInput> _mailbox;
    private readonly CancellationTokenSource _ending = new();
    private IActorRef? _coordinator;
    private ICoordinatorPort? _dialled;
    private AkkaCoordinatorPort? _port;
    private bool _isOpened;
    private int _attempt;
    private Instant? _armedFor;

    public WorkerActor(WorkerPlan plan, IActorRef singleton)
    {
        _plan = plan;
        _singleton = singleton;
        IActorRef self = Self;
        _mailbox = new ActorMailbox<WorkerInput>(
            input => self.Tell(new WorkerCommand.Handle(input, IsCounted: true)), MailboxCapacity);
        _core = new WorkerCore(
            new WorkerProtocol(plan.Name, plan.Threads, plan.Times), plan.Source, new Host(this, self));
        Receive<CoordinatorMessage>(OnCoordinatorMessage);
        Receive<WorkerCommand.Handle>(OnHandle);
        Receive<WorkerCommand.Connect>(OnConnect);
        Receive<LinkMessage.Offer>(OnOffer);
        Receive<WorkerCommand.Dialled>(OnDialled);
        Receive<WorkerCommand.NotDialled>(OnNotDialled);
        Receive<WorkerCommand.GiveUp>(late => OnAttemptFailed(late.Attempt, "the coordinator did not answer"));
        Receive<LinkMessage.Opened>(OnOpened);
        Receive<LinkMessage.Closed>(closed => OnAttemptFailed(closed.Attempt, closed.Reason));
        Receive<LinkMessage.RunIsOver>(OnRunIsOver);
        Receive<WorkerCommand.Deadline>(_ => OnDeadline());
        Receive<Terminated>(gone => OnCoordinatorGone(gone.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Reconnect(TimeSpan.Zero);

    protected override void PostStop()
    {
        _ending.Cancel();
        _mailbox.Close();
        _port?.Close("the worker ends");
        _dialled?.Close("the worker ends");
        _core.Dispose();
        _ending.Dispose();
    }

    private void Reconnect(TimeSpan after, string reason = "")
    {
        if (reason.Length > 0)
        {
            _plan.Attempts.Failed(reason, after);
        }

        Release();
        Timers.StartSingleTimer(ConnectKey, new WorkerCommand.Connect(++_attempt), after > TimerMin ? after : TimerMin);
    }

    private void OnConnect(WorkerCommand.Connect connect)
    {
        if (connect.Attempt == _attempt)
        {
            _singleton.Tell(new LinkMessage.Ask(_attempt));
            Timers.StartSingleTimer(ConnectKey, new WorkerCommand.GiveUp(_attempt), AnswerTimeMax);
        }
    }

    private void OnOffer(LinkMessage.Offer offer)
    {
        if (offer.Attempt != _attempt || _coordinator is not null)
        {
            return;
        }

        _coordinator = Sender;
        Context.Watch(_coordinator);

        // Akka puts an IPv6 address in brackets.
        string host = _coordinator.Path.Address.Host?.Trim('[', ']') ?? System.Net.IPAddress.Loopback.ToString();
        int attempt = _attempt;
        _plan.Dial(host, offer.Port, offer.Ticket, _mailbox, _ending.Token)
            .PipeTo(
                Self,
                success: tensors => new WorkerCommand.Dialled(attempt, tensors),
                failure: failure => new WorkerCommand.NotDialled(
                    attempt, failure.Message, IsFinal: failure is LinkException { IsFinal: true }));
    }

    private void OnDialled(WorkerCommand.Dialled dialled)
    {
        if (dialled.Attempt != _attempt || _coordinator is null)
        {
            dialled.Tensors.Close("a later attempt took its place");
            return;
        }

        _dialled = dialled.Tensors;
        BeginIfComplete();
    }

    private void OnNotDialled(WorkerCommand.NotDialled failed)
    {
        if (failed.IsFinal && failed.Attempt == _attempt)
        {
            Finish(new RunEnd(RunEndKind.Failed, failed.Reason));
        }
        else
        {
            OnAttemptFailed(failed.Attempt, failed.Reason);
        }
    }

    private void OnOpened(LinkMessage.Opened opened)
    {
        if (opened.Attempt == _attempt && Sender.Equals(_coordinator))
        {
            _isOpened = true;
            BeginIfComplete();
        }
    }

    private void BeginIfComplete()
    {
        if (_isOpened && _dialled is { } tensors)
        {
            Timers.Cancel(ConnectKey);
            _dialled = null;
            _plan.Attempts.Connected();
            _port = new AkkaCoordinatorPort(_coordinator!, Self, _attempt, tensors);
            Drive(new WorkerInput.Connected(_port));
            tensors.Start();
        }
    }

    private void OnAttemptFailed(int attempt, string reason)
    {
        if (attempt == _attempt)
        {
            Lose(reason);
        }
    }

    private void OnCoordinatorGone(IActorRef actor)
    {
        if (actor.Equals(_coordinator))
        {
            Lose("the coordinator's actor stopped, or its node is gone");
        }
    }

    /// <summary>
    /// The tensor link broke. Why may be told by a message that is still on its way over Akka (the run is over, the
    /// worker is refused), so there is a moment for it. The coordinator has noticed by itself.
    /// </summary>
    private void LoseSoon(string reason) => Timers.StartSingleTimer(
        ConnectKey, new WorkerCommand.NotDialled(_attempt, reason), LastWordTimeMax);

    private void OnRunIsOver(LinkMessage.RunIsOver over)
    {
        if (over.Attempt == _attempt)
        {
            Finish(new RunEnd(over.Failed ? RunEndKind.Failed : RunEndKind.Completed, over.Reason));
        }
    }

    /// <summary>Tells the core that the connection, or the attempt at one, is over. The core says what follows.</summary>
    private void Lose(string reason)
    {
        ICoordinatorPort? lost = _port;
        Release();
        _attempt++;
        Drive(new WorkerInput.Disconnected(lost, reason));
    }

    private void Release()
    {
        Timers.Cancel(ConnectKey);
        if (_coordinator is not null)
        {
            Context.Unwatch(_coordinator);
            _coordinator = null;
        }

        _port?.Tensors.Close("the connection is over");
        _dialled?.Close("the connection is over");
        _port = null;
        _dialled = null;
        _isOpened = false;
    }

    private void OnCoordinatorMessage(CoordinatorMessage message)
    {
        if (_port is { } port && Sender.Equals(port.Coordinator))
        {
            Drive(new WorkerInput.Arrived(port, message));
        }
    }

    private void OnHandle(WorkerCommand.Handle command)
    {
        if (command.IsCounted)
        {
            _mailbox.Taken();
        }

        OnInput(command.Input);
    }

    /// <summary>Inputs of the tensor link name the link; the core knows it as part of the port.</summary>
    private void OnInput(WorkerInput input)
    {
        switch (input)
        {
            case WorkerInput.WeightsArrived weights when _port is { } port && weights.Port == port.Tensors:
                Drive(weights with { Port = port });
                break;
            case WorkerInput.WeightsArrived stale:
                WorkerCore.Discard(stale);
                break;
            case WorkerInput.Disconnected lost when lost.Port is not null
                && (lost.Port == _port?.Tensors || lost.Port == _dialled):
                LoseSoon(lost.Reason);
                break;
            case WorkerInput.Disconnected or WorkerInput.Arrived or WorkerInput.Connected:
                break;
            default:
                Drive(input);
                break;
        }
    }

    private void OnDeadline()
    {
        _armedFor = null;
        Instant now = MonotonicClock.Now;
        if (_core.NextDeadline is { } due && due <= now)
        {
            _core.OnDeadline(now);
        }

        ArmDeadline();
    }

    private void Drive(WorkerInput input)
    {
        _core.Handle(input);
        _plan.HasDelivered |= _core.HasDelivered;
        ArmDeadline();
    }

    private void ArmDeadline()
    {
        if (_core.NextDeadline is { } due && (_armedFor is not { } armed || due < armed))
        {
            _armedFor = due;
            TimeSpan wait = due - MonotonicClock.Now;
            Timers.StartSingleTimer(DeadlineKey, WorkerCommand.Deadline.Instance, wait > TimerMin ? wait : TimerMin);
        }
    }

    private void Finish(RunEnd end)
    {
        _plan.End.TrySetResult(end);
        Context.Stop(Self);
    }

    public static Props PropsOf(WorkerPlan plan, IActorRef singleton) =>
        Props.Create(() => new WorkerActor(plan, singleton));

    /// <summary>The core's way back into the actor; its calls but Post come from within a message's handling.</summary>
    private sealed class Host(WorkerActor actor, IActorRef self) : IWorkerHost
    {
        public void Post(WorkerInput input) => self.Tell(new WorkerCommand.Handle(input));

        public void Reconnect(TimeSpan after, string reason) => actor.Reconnect(after, reason);

        public void Finish(RunEnd end) => actor.Finish(end);
    }

    /// <summary>From the question to a link that stands; then the core decides when to ask again.</summary>
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LastWordTimeMax = TimeSpan.FromMilliseconds(500);

    /// <summary>Inputs from the tensor link; the coordinator sends a few a round.</summary>
    private const int MailboxCapacity = 4096;

    private static readonly TimeSpan TimerMin = TimeSpan.FromMilliseconds(1);
    private const string ConnectKey = "connect";
    private const string DeadlineKey = "deadline";
}
