using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

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

    /// <summary>The worker under its supervisor, and the membership actor.</summary>
    /// <param name="coordinatorIsGone">Called when no coordinator node has been in the cluster for a while.</param>
    /// <returns>The worker's supervisor, which hands on what it is told.</returns>
    public static IActorRef StartWorker(
        ActorSystem system, WorkerPlan plan, Action coordinatorIsGone, Action<string> say)
    {
        system.ActorOf(
            MembershipActor.PropsOf(new MembershipPlan(say) { CoordinatorIsGone = coordinatorIsGone }), "membership");
        return system.ActorOf(WorkerSupervisor.PropsOf(plan, StartProxy(system)), "workers");
    }

    private static IActorRef StartProxy(ActorSystem system) => system.ActorOf(
        ClusterSingletonProxy.Props($"/user/{SingletonName}", ClusterSingletonProxySettings.Create(system)),
        "coordinator-proxy");

    /// <summary>Of the manager and, in akka.conf, of the singleton below it.</summary>
    private const string SingletonName = "coordinator";
}
