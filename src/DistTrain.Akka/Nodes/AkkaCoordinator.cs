using System.Net;
using Akka.Actor;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka;

/// <summary>A coordinator node of an Akka cluster: trains if it is the oldest of its kind, waits for its turn otherwise.</summary>
public static class AkkaCoordinator
{
    /// <param name="cancellation">
    /// Ends the run in good order: a checkpoint is written and the result says where. Where there are other coordinators,
    /// it ends this node's part alone, and the run goes on with the next.
    /// </param>
    /// <exception cref="TrainingException">The run cannot start, or went on without this node.</exception>
    public static async Task<TrainingResult> RunAsync(
        ClusterRequest request, AkkaOptions options, ITrainingObserver observer, CancellationToken cancellation)
    {
        if (request.Listen.Port == 0 && options.Port is null)
        {
            request = request with { Listen = FreePorts.Pair(request.Listen.Address) };
        }

        TlsIdentity? identity = AkkaNode.IdentityOf(request.Tls, request.Token);
        try
        {
            NodeSettings settings = SettingsOf(request, options, identity);
            bool isOneOfSeveral = !options.OtherCoordinators.IsEmpty;
            var lines = new LineQueue(observer);
            var plan = new CoordinatorPlan(
                request.Resume || isOneOfSeveral, resume => new LinkedSession(request, resume, lines.Observer));
            ActorSystem system = AkkaNode.Start(settings, lines.Say);
            try
            {
                ICanTell coordinator = ClusterNodes.StartCoordinator(system, plan, lines.Say);
                using CancellationTokenRegistration stop = cancellation.Register(() =>
                {
                    if (isOneOfSeveral && plan.IsOpened)
                    {
                        _ = AkkaNode.LeaveAsync(system, HandOverTimeMax);
                    }
                    else
                    {
                        Stop(coordinator, plan);
                    }
                });
                TrainingOutcome outcome = await plan.Result.Task.ConfigureAwait(false);
                return outcome.Result ?? throw new TrainingException(outcome.End.Reason);
            }
            finally
            {
                await AkkaNode.LeaveAsync(system, isOneOfSeveral ? HandOverTimeMax : LeaveTimeMax).ConfigureAwait(false);
            }
        }
        finally
        {
            if (identity != request.Tls)
            {
                identity?.Dispose();
            }
        }
    }

    /// <summary>A node that waits for its turn has no coordinator to stop; it just goes.</summary>
    private static void Stop(ICanTell coordinator, CoordinatorPlan plan)
    {
        if (plan.IsOpened)
        {
            coordinator.Tell(
                new CoordinatorCommand.Handle(new CoordinatorInput.StopRequested("stopped on request")),
                ActorRefs.NoSender);
        }
        else
        {
            plan.Result.TrySetException(new TrainingException("stopped on request before this node's turn came"));
        }
    }

    private static NodeSettings SettingsOf(ClusterRequest request, AkkaOptions options, TlsIdentity? identity)
    {
        IPAddress listen = request.Listen.Address;
        bool isAll = listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);
        string host = options.AdvertisedHost ?? (isAll ? Dns.GetHostName() : listen.ToString());
        int port = options.Port ?? AkkaOptions.PortAfter(request.Listen.Port);
        return new NodeSettings
        {
            Role = Roles.Coordinator,
            ListenHost = listen.ToString(),
            ListenPort = port,
            AdvertisedHost = host,
            Seeds = options.OtherCoordinators.IsEmpty
                ? [$"{host}:{port}"]
                : [.. options.OtherCoordinators.Select(AkkaOptions.SeedOf)],
            Tls = identity,
            Overrides = options.Overrides,
        };
    }

    /// <summary>Of the only coordinator: with it the cluster's work is over, and nobody needs to be told.</summary>
    private static readonly TimeSpan LeaveTimeMax = TimeSpan.FromSeconds(5);

    /// <summary>Includes writing the checkpoint from which the next coordinator goes on.</summary>
    private static readonly TimeSpan HandOverTimeMax = TimeSpan.FromSeconds(35);
}
