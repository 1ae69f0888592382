using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Akka.Pattern;

namespace DistTrain.Akka;

/// <summary>Starts the actors of a node in its actor system.</summary>
internal static class ClusterNodes
{
    /// <summary>The singleton's manager (the coordinator runs on the oldest coordinator node) and the membership actor.</summary>
    /// <returns>The way to the coordinator while it is on this node.</returns>
    public static ICanTell StartCoordinator(ActorSystem system, CoordinatorPlan plan, Action<string> say)
    {
        system.ActorOf(
            ClusterSingletonManager.Props(
                CoordinatorSupervisor.PropsOf(plan),
                new CoordinatorCommand.HandOver(),
                ClusterSingletonManagerSettings.Create(system)),
            SingletonName);

        // The coordinator on this very node, if it is here: what one node sees of the cluster is not sent to another.
        ActorSelection local = system.ActorSelection($"/user/{SingletonName}/{SingletonName}");
        system.ActorOf(MembershipActor.PropsOf(new MembershipPlan(say) { Coordinator = local }), "membership");
        return local;
    }

    /// <summary>The worker under a back-off supervisor, and the membership actor.</summary>
    /// <param name="coordinatorIsGone">Called when no coordinator node has been in the cluster for a while.</param>
    /// <returns>The worker's supervisor, which hands on what it is told.</returns>
    public static IActorRef StartWorker(
        ActorSystem system, WorkerPlan plan, Action coordinatorIsGone, Action<string> say)
    {
        system.ActorOf(
            MembershipActor.PropsOf(new MembershipPlan(say) { CoordinatorIsGone = coordinatorIsGone }), "membership");
        Props worker = WorkerActor.PropsOf(plan, StartProxy(system));
        BackoffOptions restarts = Backoff.OnFailure(
            worker, "worker", RestartPauseFirst, RestartPauseLast, RestartJitter, RestartsMax);
        return system.ActorOf(BackoffSupervisor.Props(restarts), "workers");
    }

    private static IActorRef StartProxy(ActorSystem system) => system.ActorOf(
        ClusterSingletonProxy.Props($"/user/{SingletonName}", ClusterSingletonProxySettings.Create(system)),
        "coordinator-proxy");

    /// <summary>Of the manager and, in akka.conf, of the singleton below it.</summary>
    private const string SingletonName = "coordinator";
    private const int RestartsMax = 100;
    private const double RestartJitter = 0.2;
    private static readonly TimeSpan RestartPauseFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RestartPauseLast = TimeSpan.FromSeconds(10);
}
