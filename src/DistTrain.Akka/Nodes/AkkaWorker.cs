using Akka;
using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka;

/// <summary>A worker node of an Akka cluster.</summary>
/// <remarks>
/// A node that was taken out of its cluster, or whose coordinator is gone for good, cannot come back under the same
/// actor system (Akka gives it another identity for a reason). It starts a new one and joins again, for as long as it
/// takes.
/// </remarks>
public static class AkkaWorker
{
    /// <param name="leave">The worker is asked to go: it finishes the work in hand, hands back the rest and ends.</param>
    /// <returns>How it ended: completed with the run, stopped on request, or failed with the reason.</returns>
    /// <exception cref="TrainingException">The node cannot start.</exception>
    /// <exception cref="NodeSettingsException">No Akka node can be at such an address.</exception>
    public static async Task<RunEnd> RunAsync(WorkerRequest request, AkkaOptions options, CancellationToken leave)
    {
        TlsIdentity? identity = AkkaNode.IdentityOf(request.Tls, request.Token);
        try
        {
            return await LivesAsync(request, options, identity, leave).ConfigureAwait(false);
        }
        finally
        {
            if (identity != request.Tls)
            {
                identity?.Dispose();
            }
        }
    }

    private static async Task<RunEnd> LivesAsync(
        WorkerRequest request, AkkaOptions options, TlsIdentity? identity, CancellationToken leave)
    {
        Action<string> say = Serialised(request.Log ?? (static _ => { }));
        using var orphanage = new CancellationTokenSource();
        using var orphaned = request.EndWithStandardInput ? new StandardInputWatch(orphanage.Cancel) : null;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(leave, orphanage.Token);
        LinkDialer? dialer = null;
        using var source = new RemoteRunSource(
            () => dialer ?? throw new TrainingException("there is no connection to the coordinator"),
            request.DataFolder ?? WorkerNode.DefaultDataFolder(), say);
        DialTensors dial = async (host, port, ticket, mailbox, cancellation) =>
        {
            dialer = new LinkDialer(host, port, request.Token, request.Tls);
            Stream tensors = await dialer.DialAsync(LinkRole.Tensor, ticket, cancellation).ConfigureAwait(false);
            return new TcpCoordinatorPort(null, tensors, mailbox, request.Link);
        };
        var attempts = new AttemptLog(say);
        var news = new NewsFilter();
        string name = request.Name ?? $"{Environment.MachineName} {Environment.ProcessId}";
        while (true)
        {
            var plan = new WorkerPlan(name, request.Threads, new ProtocolTimes(), source, dial)
            {
                Say = say,
                Attempts = attempts,
            };
            RunEnd? end = null;
            string why = "";
            try
            {
                NodeSettings settings = SettingsOf(request, options, identity);
                (end, why) = await OneLifeAsync(settings, plan, say, news, ending.Token).ConfigureAwait(false);
            }
            catch (NoRouteException failure)
            {
                // The coordinator's name or network may be there in a moment: containers are started in any order.
                why = failure.Message;
            }

            if (end is not null || ending.IsCancellationRequested)
            {
                return end ?? new RunEnd(RunEndKind.Stopped, "it was asked to leave");
            }

            attempts.Failed(why, AkkaNode.PauseBetweenLives);
            await Task.Delay(AkkaNode.PauseBetweenLives, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>No end: the node lost its cluster, or did not get in, for the reason given, and another life may follow.</returns>
    private static async Task<(RunEnd? End, string Why)> OneLifeAsync(
        NodeSettings settings, WorkerPlan plan, Action<string> say, NewsFilter news, CancellationToken leave)
    {
        ActorSystem system = AkkaNode.Start(settings, say, news);
        try
        {
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            IActorRef workers = ClusterNodes.StartWorker(system, plan, () => lost.TrySetResult(), say);
            FinishBeforeLeaving(CoordinatedShutdown.Get(system), workers, plan);
            using CancellationTokenRegistration leaving = leave.Register(() => workers.Tell(Leave("it was asked to leave")));
            await Task.WhenAny(plan.End.Task, lost.Task, system.WhenTerminated).ConfigureAwait(false);
            return plan.End.Task.IsCompleted
                ? (await plan.End.Task.ConfigureAwait(false), "")
                : (null, WhyLost(CoordinatedShutdown.Get(system).ShutdownReason));
        }
        finally
        {
            await AkkaNode.LeaveAsync(system, LeaveTimeMax).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whatever makes the node leave, its worker first finishes the work in hand and hands back the rest. Only a node that
    /// was taken out of its cluster, or found none, has nobody to hand anything to: its worker stays, for the next life.
    /// </summary>
    private static void FinishBeforeLeaving(CoordinatedShutdown shutdown, IActorRef workers, WorkerPlan plan) =>
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "finish the work in hand", async () =>
        {
            if (shutdown.ShutdownReason is not (CoordinatedShutdown.ClusterDowningReason
                or CoordinatedShutdown.ClusterJoinUnsuccessfulReason))
            {
                workers.Tell(Leave("its node leaves the cluster"));
                await plan.End.Task.ConfigureAwait(false);
            }

            return Done.Instance;
        });

    /// <param name="reason">Null: the node still runs, and is told that no coordinator is left or lets it in.</param>
    private static string WhyLost(CoordinatedShutdown.Reason? reason) => reason switch
    {
        CoordinatedShutdown.ClusterDowningReason => "this node and the coordinator's were out of each other's reach for too long",
        CoordinatedShutdown.ClusterJoinUnsuccessfulReason => "no coordinator has let this node into the cluster",
        _ => "the coordinator's node is gone",
    };

    private static WorkerCommand.Handle Leave(string why) => new WorkerCommand.Handle(new WorkerInput.LeaveRequested(why));

    private static NodeSettings SettingsOf(WorkerRequest request, AkkaOptions options, TlsIdentity? identity)
    {
        string own = AkkaNode.AddressTowards(request.Host, request.Port).ToString();
        return new NodeSettings
        {
            Role = Roles.Worker,
            ListenHost = own,
            ListenPort = options.Port ?? 0,
            AdvertisedHost = options.AdvertisedHost ?? own,
            Seeds =
            [
                AkkaOptions.SeedOf(request.Host, request.Port),
                .. request.Others.Select(other => AkkaOptions.SeedOf(other.Host, other.Port)),
                .. options.OtherCoordinators.Select(AkkaOptions.SeedOf),
            ],
            Tls = identity,
            Overrides = options.Overrides,
        };
    }

    private static Action<string> Serialised(Action<string> say)
    {
        var gate = new Lock();
        return line =>
        {
            lock (gate)
            {
                say(line);
            }
        };
    }

    /// <summary>Its shards are handed back before; what remains is courtesy.</summary>
    private static readonly TimeSpan LeaveTimeMax = TimeSpan.FromSeconds(8);
}
