using Akka.Actor;
using Akka.Cluster;

namespace DistTrain.Akka;

/// <summary>
/// Follows the cluster's events. On a coordinator's node it tells the coordinator of nodes that are gone for good; on a
/// worker's node it notices that no coordinator is left, or that the node does not get in. It decides nothing about a step: links and leases do.
/// </summary>
internal sealed class MembershipActor : ReceiveActor, IWithTimers
{
    private readonly MembershipPlan _plan;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private MembershipView _view = new();
    private bool _sawCoordinator;
    private bool _isOut;

    public MembershipActor(MembershipPlan plan)
    {
        _plan = plan;
        Receive<ClusterEvent.MemberUp>(up => OnUp(up.Member));
        Receive<ClusterEvent.MemberWeaklyUp>(up => OnSelfIn(up.Member));
        Receive<ClusterEvent.MemberRemoved>(removed => OnRemoved(removed.Member, removed.PreviousStatus));
        Receive<ClusterEvent.UnreachableMember>(lost => OnReach(lost.Member, isReachable: false));
        Receive<ClusterEvent.ReachableMember>(back => OnReach(back.Member, isReachable: true));
        Receive<ClusterEvent.IMemberEvent>(_ => { });
        Receive<ClusterEvent.ClusterShuttingDown>(_ => _isOut = true);
        Receive<AskView>(_ => Sender.Tell(_view));
        Receive<Absence>(_ => OnAbsence());
        Receive<NotIn>(_ => _plan.CoordinatorIsGone?.Invoke());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent),
            typeof(ClusterEvent.ClusterShuttingDown));
        if (_plan.CoordinatorIsGone is not null)
        {
            Timers.StartSingleTimer(JoinKey, NotIn.Instance, _plan.JoinTimeMax);
        }
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void OnSelfIn(Member member)
    {
        if (member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
        {
            Timers.Cancel(JoinKey);
        }
    }

    private void OnUp(Member member)
    {
        OnSelfIn(member);
        _view = _view.With(member);
        if (member.HasRole(Roles.Coordinator))
        {
            _sawCoordinator = true;
            Timers.Cancel(AbsenceKey);
        }

        Say(member, "joined");
    }

    private void OnRemoved(Member member, MemberStatus before)
    {
        _view = _view.Without(member);
        string how = before == MemberStatus.Down ? "was taken out: it was out of reach for too long" : "left";
        if (!_isOut)
        {
            // A node that leaves is told at last that all the others are gone, which they are not.
            Say(member, how);
        }

        if (member.HasRole(Roles.Worker))
        {
            _plan.Coordinator?.Tell(new CoordinatorCommand.NodeGone(member.Address, $"its node {how}"), Self);
        }

        if (_view.Coordinators.IsEmpty && _sawCoordinator)
        {
            Timers.StartSingleTimer(AbsenceKey, Absence.Instance, _plan.AbsenceMax);
        }
    }

    private void OnReach(Member member, bool isReachable)
    {
        _view = _view with
        {
            Unreachable = isReachable ? _view.Unreachable.Remove(member.Address) : _view.Unreachable.Add(member.Address),
        };
        Say(member, isReachable ? "is in reach again" : "is out of reach");
    }

    private void OnAbsence()
    {
        if (_view.Coordinators.IsEmpty)
        {
            _plan.CoordinatorIsGone?.Invoke();
        }
    }

    /// <summary>
    /// A worker's node speaks of coordinators alone, and counts no others: with every worker telling of every other, nobody
    /// would read it.
    /// </summary>
    private void Say(Member member, string what)
    {
        if (member.Address != _cluster.SelfAddress && (_plan.Coordinator is not null || member.HasRole(Roles.Coordinator)))
        {
            string role = member.HasRole(Roles.Coordinator) ? Roles.Coordinator : Roles.Worker;
            _plan.Say($"{role} node {member.Address.Host}:{member.Address.Port} {what} ({_view.Describe(withWorkers: _plan.Coordinator is not null)})");
        }
    }

    public static Props PropsOf(MembershipPlan plan) => Props.Create(() => new MembershipActor(plan));

    /// <summary>Answered with the <see cref="MembershipView"/>.</summary>
    internal sealed record AskView : INoSerializationVerificationNeeded;

    private sealed record Absence : INoSerializationVerificationNeeded
    {
        public static Absence Instance { get; } = new();
    }

    private sealed record NotIn : INoSerializationVerificationNeeded
    {
        public static NotIn Instance { get; } = new();
    }

    private const string AbsenceKey = "absence";
    private const string JoinKey = "join";
}

/// <summary>What a node wants to hear of its cluster.</summary>
/// <param name="Say">Takes a line for people.</param>
internal sealed record MembershipPlan(Action<string> Say)
{
    /// <summary>Told of worker nodes that are gone; null on a worker's node.</summary>
    public ICanTell? Coordinator { get; init; }

    /// <summary>
    /// Called when the last coordinator node has been gone for <see cref="AbsenceMax"/>, or the node itself is not in the
    /// cluster after <see cref="JoinTimeMax"/>: whoever let it in may have died before the others heard of it.
    /// </summary>
    public Action? CoordinatorIsGone { get; init; }

    /// <summary>Time for a waiting coordinator node to show up in the gossip. Default 5 s.</summary>
    public TimeSpan AbsenceMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Default 30 s: longer than the cluster needs to take out a lost node, which delays those who join.</summary>
    public TimeSpan JoinTimeMax { get; init; } = TimeSpan.FromSeconds(30);
}
