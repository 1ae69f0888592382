using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
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
        var firstPlan = new CoordinatorPlan(false, (_, _) => first = new InMemorySession(_run) { HoldFromVersion = 5 });
        var secondPlan = new CoordinatorPlan(true, (resume, _) =>
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

        await WithinPatienceAsync(CoordinatedShutdown.Get(a).Run(CoordinatedShutdown.ClrExitReason.Instance));

        TrainingOutcome handedOver = await WithinPatienceAsync(firstPlan.Result.Task);
        Assert.Equal(RunEndKind.Stopped, handedOver.End.Kind);
        Assert.Equal(5, handedOver.Result!.Summary.Steps);
        TrainingOutcome completed = await WithinPatienceAsync(secondPlan.Result.Task);
        Assert.Equal(RunEndKind.Completed, completed.End.Kind);
        Assert.Equal(expected, completed.Result!.Summary.WeightsSha256);
        Assert.Equal(RunEndKind.Completed, (await WithinPatienceAsync(worker.End.Task)).Kind);
    }

    [Fact]
    public async Task Singleton_ItsNodeIsLost_TheNextOldestGoesOnFromTheCheckpointAndTheBitsAreTheSame()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        int seed = FreePort();
        InMemorySession? first = null;
        float[] checkpoint = [];
        CoordinatorPlan[] plans =
        [
            new(false, (_, _) => first = new InMemorySession(_run) { HoldFromVersion = 5 }),
            new(true, (_, _) => new InMemorySession(_run, 1, checkpoint, 5)),
            new(true, (_, _) => throw new InvalidOperationException("the youngest is not next")),
        ];
        ActorSystem[] coordinators = new ActorSystem[plans.Length];
        for (int index = 0; index < plans.Length; index++)
        {
            coordinators[index] = Start(Roles.Coordinator, index == 0 ? seed : 0, seed, overrides: Impatient);
            ClusterNodes.StartCoordinator(coordinators[index], plans[index], _log.Enqueue);
            await UpAsync(coordinators[0], index + 1);
        }

        ActorSystem node = Start(Roles.Worker, 0, seed, overrides: Impatient);
        var worker = new WorkerPlan("worker", 1, new ProtocolTimes(), new SharedRun(_run.Run), InMemorySession.Dial) { Say = _log.Enqueue };
        ClusterNodes.StartWorker(node, worker, () => { }, _log.Enqueue);
        await UpAsync(coordinators[1], 4);
        while (first?.Steps != 5)
        {
            await Task.Delay(5);
        }

        // Without a word to the others: nothing leaves, nothing is handed over.
        checkpoint = first.Weights;
        await coordinators[0].Terminate();

        TrainingOutcome completed = await WithinPatienceAsync(plans[1].Result.Task);
        Assert.Equal(RunEndKind.Completed, completed.End.Kind);
        Assert.Equal(expected, completed.Result!.Summary.WeightsSha256);
        Assert.Equal(RunEndKind.Completed, (await WithinPatienceAsync(worker.End.Task)).Kind);
        Assert.False(plans[2].IsOpened);
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

        await LineAsync("was refused: its certificate for disttrain-node was issued by another authority");
        Assert.Equal(2, Cluster.Get(a).State.Members.Count);
        Assert.NotEqual(MemberStatus.Up, Cluster.Get(stranger).SelfMember.Status);
        Assert.NotEqual(MemberStatus.Up, Cluster.Get(plain).SelfMember.Status);
    }

    /// <remarks>What the port of Akka.Remote answers to strangers; the one for tensor links has tests of its own.</remarks>
    [Fact]
    public async Task Tls_Strangers_AreEachRefusedWithALineThatSaysWhoAndWhy()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using CertificateAuthority authority = CertificateAuthority.Create("ours", now);
        using CertificateAuthority foreign = CertificateAuthority.Create("foreign", now);
        using var node = new TlsIdentity(
            authority.Issue(["node"], now, 1), [X509CertificateLoader.LoadCertificate(authority.Root.RawData)]);
        using X509Certificate2 expired = authority.Issue(["old"], now.AddDays(-1).AddMinutes(-30), 1);
        using X509Certificate2 stranger = foreign.Issue(["stranger"], now, 1);
        int port = FreePort();
        ActorSystem a = Start(Roles.Coordinator, port, port, node);
        await UpAsync(a, 1);

        await RefuseAsync("it showed no certificate", stream => HandshakeAsync(stream, null));
        await RefuseAsync("its certificate for old expired on ", stream => HandshakeAsync(stream, expired));
        await RefuseAsync(
            "its certificate for stranger was issued by another authority (foreign authority)",
            stream => HandshakeAsync(stream, stranger));
        await RefuseAsync("it speaks plain text, this cluster wants TLS", stream =>
            stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()).AsTask());
        ActorSystem b = Start(Roles.Worker, 0, port, node);
        await UpAsync(b, 2);

        async Task RefuseAsync(string why, Func<NetworkStream, Task> speak)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            string who = $"127.0.0.1:{((IPEndPoint)client.Client.LocalEndPoint!).Port}";
            await speak(client.GetStream());
            await LineAsync($"{who} was refused: {why}");
        }
    }

    /// <summary>A failure shows what the nodes said.</summary>
    private async Task<T> WithinPatienceAsync<T>(Task<T> task)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience)) != task)
        {
            Assert.Fail($"nothing happened within {Patience}:\n{string.Join('\n', _log)}");
        }

        return await task;
    }

    private async Task LineAsync(string part)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!_log.Any(line => line.Contains(part, StringComparison.Ordinal)))
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"no line with '{part}' in:\n{string.Join('\n', _log)}");
            }

            await Task.Delay(10);
        }
    }

    private static async Task HandshakeAsync(NetworkStream stream, X509Certificate2? certificate)
    {
        using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "node",
            RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
            ClientCertificateContext = certificate is null
                ? null
                : SslStreamCertificateContext.Create(certificate, null, offline: true),
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            // The refusal reaches the client in the handshake, or after it, as the TLS version has it.
        }
    }

    [Fact]
    public async Task Membership_ANodeThatDoesNotGetIn_IsToldToStartAfresh()
    {
        ActorSystem alone = Start(Roles.Worker, 0, FreePort());
        var gone = new TaskCompletionSource<bool>();
        alone.ActorOf(MembershipActor.PropsOf(new MembershipPlan(_log.Enqueue)
        {
            CoordinatorIsGone = () => gone.TrySetResult(true),
            JoinTimeMax = TimeSpan.FromMilliseconds(10),
        }));

        await WithinPatienceAsync(gone.Task);
    }

    [Fact]
    public async Task Membership_TheLastCoordinatorLeaves_TheWorkersNodeIsTold()
    {
        int seed = FreePort();
        ActorSystem a = Start(Roles.Coordinator, seed, seed);
        await UpAsync(a, 1);
        ActorSystem b = Start(Roles.Worker, 0, seed);
        var gone = new TaskCompletionSource<bool>();
        b.ActorOf(MembershipActor.PropsOf(new MembershipPlan(_log.Enqueue)
        {
            CoordinatorIsGone = () => gone.TrySetResult(true),
            AbsenceMax = TimeSpan.FromMilliseconds(10),
        }));
        await UpAsync(b, 2);

        await WithinPatienceAsync(CoordinatedShutdown.Get(a).Run(CoordinatedShutdown.ClrExitReason.Instance));

        await WithinPatienceAsync(gone.Task);
        Assert.Contains(_log, line => line.StartsWith("coordinator node 127.0.0.1:", StringComparison.Ordinal)
            && line.Contains(" left (0 coordinator nodes)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Membership_TheNodeItselfLeaves_DoesNotSayThatTheOthersDid()
    {
        int seed = FreePort();
        ActorSystem a = Start(Roles.Coordinator, seed, seed);
        await UpAsync(a, 1);
        ActorSystem b = Start(Roles.Worker, 0, seed);
        b.ActorOf(MembershipActor.PropsOf(new MembershipPlan(_log.Enqueue)));
        await UpAsync(b, 2);
        await LineAsync($"coordinator node 127.0.0.1:{seed} joined");

        await WithinPatienceAsync(CoordinatedShutdown.Get(b).Run(CoordinatedShutdown.ClrExitReason.Instance));

        Assert.DoesNotContain(_log, line => line.Contains(" left ", StringComparison.Ordinal));
    }

    private ActorSystem Start(string role, int port, int seed, TlsIdentity? tls = null, string overrides = "")
    {
        var settings = new NodeSettings
        {
            Role = role,
            ListenHost = "127.0.0.1",
            ListenPort = port,
            AdvertisedHost = "127.0.0.1",
            Seeds = [$"127.0.0.1:{seed}"],
            Tls = tls,
            Overrides = overrides,
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

    /// <summary>A lost node is taken out within a few seconds.</summary>
    private const string Impatient =
        "akka.cluster { failure-detector.acceptable-heartbeat-pause = 1 s, split-brain-resolver.stable-after = 1 s }";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
}
