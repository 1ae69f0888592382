using System.Net;
using Akka.Actor;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka;

/// <summary>A coordinator node of an Akka cluster: trains if it is the oldest of its kind, waits for its turn otherwise.</summary>
/// <remarks>
/// A node that found no cluster, or was taken out of it, cannot come back under the same actor system. It starts a new one
/// and waits for its turn again: else three coordinators would become two, of which none can replace the other.
/// </remarks>
public static class AkkaCoordinator
{
    /// <param name="cancellation">
    /// Ends the run in good order: a checkpoint is written and the result says where. Where there are other coordinators,
    /// it ends this node's part alone, and the run goes on with the next.
    /// </param>
    /// <exception cref="TrainingException">The run cannot start, or failed on this node.</exception>
    /// <exception cref="NodeSettingsException">No Akka node can be at such an address.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before the data was ready, or this node's turn came.</exception>
    public static async Task<TrainingResult> RunAsync(
        ClusterRequest request, AkkaOptions options, ITrainingObserver observer, CancellationToken cancellation)
    {
        if (request.Listen.Port == 0 && options.Port is null)
        {
            request = request with { Listen = FreePorts.Pair(request.Listen.Address) };
        }

        request = request with { Listening = Once(request.Listening) };
        TlsIdentity? identity = AkkaNode.IdentityOf(request.Tls, request.Token);
        try
        {
            NodeSettings settings = SettingsOf(request, options, identity);
            bool isOneOfSeveral = !options.OtherCoordinators.IsEmpty;
            var lines = new LineQueue(observer);
            var news = new NewsFilter();
            bool resume = request.Resume || isOneOfSeveral;
            while (true)
            {
                var plan = new CoordinatorPlan(
                    resume, (again, leaving) => new LinkedSession(request, again, lines.Observer, leaving));
                if (await OneLifeAsync(settings, plan, isOneOfSeveral, lines.Say, news, cancellation).ConfigureAwait(false)
                    is { } result)
                {
                    return result;
                }

                resume |= plan.IsOpened;
                lines.Say($"the cluster is lost, or was not found; a new node starts in {AkkaNode.PauseBetweenLives.TotalSeconds:0} s");
                await Task.Delay(AkkaNode.PauseBetweenLives, cancellation).ConfigureAwait(false);
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

    /// <returns>Null: the node lost its cluster and another life may follow.</returns>
    private static async Task<TrainingResult?> OneLifeAsync(
        NodeSettings settings, CoordinatorPlan plan, bool isOneOfSeveral, Action<string> say, NewsFilter news,
        CancellationToken cancellation)
    {
        ActorSystem system = AkkaNode.Start(settings, say, news);
        try
        {
            ICanTell coordinator = ClusterNodes.StartCoordinator(system, plan, say);
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
            await Task.WhenAny(plan.Result.Task, system.WhenTerminated).ConfigureAwait(false);
            if (!plan.Result.Task.IsCompleted && !plan.IsOpened)
            {
                return null;
            }

            TrainingOutcome outcome = await plan.Result.Task.ConfigureAwait(false);
            return outcome.IsRunOver || cancellation.IsCancellationRequested
                ? outcome.Result ?? throw new TrainingException(outcome.End.Reason)
                : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The cluster was lost while the run was being opened.
            return null;
        }
        finally
        {
            await AkkaNode.LeaveAsync(system, isOneOfSeveral ? HandOverTimeMax : LeaveTimeMax).ConfigureAwait(false);
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
            plan.Result.TrySetCanceled();
        }
    }

    /// <summary>A run that is opened again, in this life or another, listens where it did.</summary>
    private static Action<IPEndPoint> Once(Action<IPEndPoint>? listening)
    {
        int told = 0;
        return address =>
        {
            if (Interlocked.Exchange(ref told, 1) == 0)
            {
                listening?.Invoke(address);
            }
        };
    }

    private static NodeSettings SettingsOf(ClusterRequest request, AkkaOptions options, TlsIdentity? identity)
    {
        IPAddress listen = request.Listen.Address;
        bool isAll = listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);
        string host = options.AdvertisedHost ?? (isAll ? Dns.GetHostName() : listen.ToString());
        int port = options.Port ?? AkkaOptions.AkkaPortOf(request.Listen.Port);
        return new NodeSettings
        {
            Role = Roles.Coordinator,
            ListenHost = listen.ToString(),
            ListenPort = port,
            AdvertisedHost = host,
            Seeds = options.OtherCoordinators.IsEmpty
                ? [AkkaOptions.AddressOf(host, port)]
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
