using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using DistTrain.Protocol;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka.Tests;

/// <summary>Real clusters of a few actor systems on loopback, with the engine's own configuration.</summary>
public sealed class ClusterTests : IAsyncLifetime, IDisposable
{
    private readonly TinyRun _run = new(epochs: 20);
    private readonly List<ActorSystem> _systems = [];
    private readonly ConcurrentQueue<string> _log = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(system => system.Terminate()));
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Singleton_ItsNodeLeaves_HandsTheRunOverAndTheBitsAreTheSame()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        int seed = FreePort();
        InMemorySession? first = null;
        var firstPlan = new CoordinatorPlan(false, _ => first = new InMemorySession(_run) { HoldFromVersion = 5 });
        var secondPlan = new CoordinatorPlan(true, resume =>
            new InMemorySession(_run, 1, first!.Weights, first.Steps));
        ActorSystem a = Start(Roles.Coordinator, seed, seed);
        ClusterNodes.StartCoordinator(a, firstPlan, _log.Enqueue);
        await UpAsync(a, 1);
        ActorSystem b = Start(Roles.Coordinator, 0, seed);
        ClusterNodes.StartCoordinator(b, secondPlan, _log.Enqueue);
        await UpAsync(b, 2);
        ActorSystem c = Start(Roles.Worker, 0, seed);
        var worker = new WorkerPlan("worker", 1, new ProtocolTimes(), new SharedRun(_run.Run), InMemorySession.Dial) { Say = _log.Enqueue };
        ClusterNodes.StartWorker(c, worker, () => { }, _log.Enqueue);
        while (first?.Steps != 5)
        {
            await Task.Delay(5);
        }

        await CoordinatedShutdown.Get(a).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Patience);

        TrainingOutcome handedOver = await firstPlan.Result.Task.WaitAsync(Patience);
        Assert.Equal(RunEndKind.Stopped, handedOver.End.Kind);
        Assert.Equal(5, handedOver.Result!.Summary.Steps);
        TrainingOutcome completed = await secondPlan.Result.Task.WaitAsync(Patience);
        Assert.Equal(RunEndKind.Completed, completed.End.Kind);
        Assert.Equal(expected, completed.Result!.Summary.WeightsSha256);
        Assert.Equal(RunEndKind.Completed, (await worker.End.Task.WaitAsync(Patience)).Kind);
    }

    [Fact]
    public async Task Tls_NodesOfOneTokenMeet_AStrangerIsRefusedByName()
    {
        int seed = FreePort();
        using TlsIdentity ours = TokenAuthority.Derive(new ClusterToken("a token that is long and random"), DateTimeOffset.UtcNow);
        using TlsIdentity theirs = TokenAuthority.Derive(new ClusterToken("another token, long and random"), DateTimeOffset.UtcNow);
        ActorSystem a = Start(Roles.Coordinator, seed, seed, ours);
        await UpAsync(a, 1);
        ActorSystem stranger = Start(Roles.Worker, 0, seed, theirs);
        ActorSystem plain = Start(Roles.Worker, 0, seed);
        ActorSystem b = Start(Roles.Worker, 0, seed, ours);
        await UpAsync(b, 2);

        while (!_log.Any(line => line.Contains("was refused: its certificate for disttrain-node was issued by another authority", StringComparison.Ordinal)))
        {
            await Task.Delay(20);
        }

        Assert.Equal(2, Cluster.Get(a).State.Members.Count);
        Assert.NotEqual(MemberStatus.Up, Cluster.Get(stranger).SelfMember.Status);
        Assert.NotEqual(MemberStatus.Up, Cluster.Get(plain).SelfMember.Status);
    }

    [Fact]
    public async Task Membership_TheLastCoordinatorLeaves_TheWorkersNodeIsTold()
    {
        int seed = FreePort();
        ActorSystem a = Start(Roles.Coordinator, seed, seed);
        await UpAsync(a, 1);
        ActorSystem b = Start(Roles.Worker, 0, seed);
        var gone = new TaskCompletionSource();
        b.ActorOf(MembershipActor.PropsOf(new MembershipPlan(_log.Enqueue)
        {
            CoordinatorIsGone = () => gone.TrySetResult(),
            AbsenceMax = TimeSpan.FromMilliseconds(10),
        }));
        await UpAsync(b, 2);

        await CoordinatedShutdown.Get(a).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Patience);

        await gone.Task.WaitAsync(Patience);
        Assert.Contains(_log, line => line.StartsWith("coordinator node 127.0.0.1:", StringComparison.Ordinal)
            && line.Contains(" left (0 coordinator nodes, 1 worker node", StringComparison.Ordinal));
    }

    private ActorSystem Start(string role, int port, int seed, TlsIdentity? tls = null)
    {
        var settings = new NodeSettings
        {
            Role = role,
            ListenHost = "127.0.0.1",
            ListenPort = port,
            AdvertisedHost = "127.0.0.1",
            Seeds = [$"127.0.0.1:{seed}"],
            Tls = tls,
        };
        ActorSystem system = ActorSystem.Create(
            NodeSettings.SystemName, NodeConfiguration.SetupOf(settings, (_, line) => _log.Enqueue(line)));
        _systems.Add(system);
        return system;
    }

    private static async Task UpAsync(ActorSystem system, int members)
    {
        Cluster cluster = Cluster.Get(system);
        using var limit = new CancellationTokenSource(Patience);
        while (cluster.State.Members.Count(member => member.Status == MemberStatus.Up) < members)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class SharedRun(LoadedRun run) : IRunSource
    {
        public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
            Task.FromResult(run);
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
