using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using DistTrain.Protocol;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka.Tests;

/// <summary>Whole nodes: Akka cluster, tensor links over TCP, run files and data over the wire.</summary>
public sealed class NodeTests : IDisposable
{
    private readonly TinyRun _run = new(epochs: 10);
    private readonly ConcurrentQueue<string> _log = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("a token that is long and random")]
    public async Task Cluster_ACoordinatorAndTwoWorkerNodes_GiveTheWeightsOfLocalTraining(string token)
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        TrainingResult result = await TrainAsync(token, null, null);
        Assert.Equal(RunEndKind.Completed, result.End.Kind);
        Assert.Equal(expected, result.Summary.WeightsSha256);
        Assert.Equal("akka", result.Summary.Engine);
    }

    [Fact]
    public async Task Cluster_OnIpv6_GivesTheSameWeights()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }

        string expected = await _run.WeightsOfLocalTrainingAsync();
        IPEndPoint listen = FreePorts.Pair(IPAddress.IPv6Loopback);
        Task<TrainingResult> training = Coordinate(
            listen, new AkkaOptions(), request => request with { Token = "a token that is long and random" });
        await EndAsync(Work(
            listen.Port, "worker", request => request with { Host = "::1", Token = "a token that is long and random" }));
        Assert.Equal(expected, (await training.WaitAsync(Patience)).Summary.WeightsSha256);
    }

    [Theory]
    [InlineData("akka.actor.provider = local")]
    [InlineData("akka.cluster.split-brain-resolver.active-strategy = nonsense")]
    [InlineData("akka.loglevel = NOISY")]
    [InlineData("akka.cluster = 3")]
    public async Task Settings_ThatAkkaRefuses_AreToldInOneSentence(string settings)
    {
        IPEndPoint own = FreePorts.Pair(IPAddress.Loopback);
        var wrong = await Assert.ThrowsAsync<TrainingException>(
            () => Coordinate(own, new AkkaOptions { Overrides = settings }).WaitAsync(Patience));
        Assert.StartsWith($"the Akka node cannot start on 127.0.0.1:{own.Port + 1}: ", wrong.Message, StringComparison.Ordinal);
        Assert.EndsWith("; look at --akka-config, --akka-set and AKKA__ variables", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    [Fact]
    public async Task Cluster_WithCertificates_GivesTheSameWeights()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        CertificateFolder.Issue(_run.PathOf("pem"), ["coordinator", "worker"], DateTimeOffset.UtcNow, 1);
        using TlsIdentity coordinator = Load("coordinator");
        using TlsIdentity worker = Load("worker");
        TrainingResult result = await TrainAsync("", coordinator, worker);
        Assert.Equal(expected, result.Summary.WeightsSha256);

        TlsIdentity Load(string name) => TlsIdentity.Load(new TlsFiles(
            _run.PathOf($"pem/{name}.pem"), _run.PathOf($"pem/{name}.key"), _run.PathOf("pem/ca.pem")));
    }

    [Fact]
    public async Task Worker_WithoutACoordinator_StartsAfreshUntilItIsAskedToLeave()
    {
        using var leave = new CancellationTokenSource();
        var request = new WorkerRequest { Host = "127.0.0.1", Port = ClusterTests.FreePort() - 1, Log = _log.Enqueue };

        Task<RunEnd> worker = AkkaWorker.RunAsync(request, new AkkaOptions { Overrides = GiveUpSoon }, leave.Token);
        await LinesAsync("no coordinator has let this node into the cluster; connecting again in 1.0 s", 1);
        Assert.False(worker.IsCompleted, "a worker looks for its coordinator for as long as it takes");

        await leave.CancelAsync();
        Assert.Equal(RunEndKind.Stopped, (await worker.WaitAsync(Patience)).Kind);
    }

    [Fact]
    public async Task Coordinator_StartedBeforeTheFirstOfThem_StartsAfreshAndWaitsForItsTurn()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        IPEndPoint first = FreePorts.Pair(IPAddress.Loopback);
        IPEndPoint second = FreePorts.Pair(IPAddress.Loopback);
        var options = new AkkaOptions { OtherCoordinators = [$"{first}", $"{second}"], Overrides = GiveUpSoon };
        Task<TrainingResult> waiting = Coordinate(second, options);
        await LinesAsync("a new node starts in 1 s", 1);
        Assert.False(waiting.IsCompleted);

        Task<TrainingResult> training = Coordinate(first, options with { Overrides = "" });
        await LinesAsync($"coordinator node 127.0.0.1:{second.Port + 1} joined", 1);
        await EndAsync(Work(first.Port, "worker"));

        Assert.Equal(expected, (await training.WaitAsync(Patience)).Summary.WeightsSha256);
        Assert.Equal(expected, (await waiting.WaitAsync(Patience)).Summary.WeightsSha256);
    }

    [Fact]
    public async Task Coordinator_StoppedBeforeItsTurn_IsCancelled()
    {
        using var stop = new CancellationTokenSource();
        IPEndPoint own = FreePorts.Pair(IPAddress.Loopback);
        Task<TrainingResult> waiting = Coordinate(
            own, new AkkaOptions { OtherCoordinators = ["127.0.0.1:1", $"{own}"] }, stop: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    /// <remarks>What a cut network does, and a machine that stood still: the others took this node out.</remarks>
    [Fact]
    public async Task Coordinator_TakenOutOfItsCluster_StartsAfreshAndGoesOn()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        IPEndPoint own = FreePorts.Pair(IPAddress.Loopback);
        Task<TrainingResult> training = Coordinate(own, new AkkaOptions());
        using var other = ActorSystem.Create(NodeSettings.SystemName, NodeConfiguration.SetupOf(
            new NodeSettings
            {
                Role = Roles.Worker, ListenHost = "127.0.0.1", ListenPort = 0, AdvertisedHost = "127.0.0.1",
                Seeds = [$"127.0.0.1:{own.Port + 1}"],
            },
            (_, _) => { }));
        await LinesAsync("worker node 127.0.0.1:", 1);

        Cluster.Get(other).Down(new Address("akka.tcp", NodeSettings.SystemName, "127.0.0.1", own.Port + 1));
        await LinesAsync("a new node starts in 1 s", 1);
        await other.Terminate();
        await EndAsync(Work(own.Port, "worker"));

        Assert.Equal(expected, (await training.WaitAsync(Patience)).Summary.WeightsSha256);
    }

    [Fact]
    public async Task Worker_ThatIsStartedLongBeforeItsCoordinator_StaysAndSaysWhyInAFewLines()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        IPEndPoint listen = FreePorts.Pair(IPAddress.Loopback);
        Task<RunEnd> worker = Work(listen.Port, "worker", overrides: GiveUpSoon);
        await LinesAsync("no coordinator has let this node into the cluster; connecting again in 1.0 s", 1);
        Assert.Contains($"127.0.0.1:{AkkaOptions.PortAfter(listen.Port)} cannot be reached: Connection refused", _log);
        Assert.Equal(_log.Distinct().Count(), _log.Count);
        Assert.DoesNotContain(_log, line => line.Contains("akka.tcp", StringComparison.Ordinal));

        TrainingResult result = await Coordinate(listen, new AkkaOptions()).WaitAsync(Patience);
        Assert.Equal(expected, result.Summary.WeightsSha256);
        await EndAsync(worker);
    }

    private async Task LinesAsync(string part, int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (_log.Count(line => line.Contains(part, StringComparison.Ordinal)) < count)
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"not {count} lines with '{part}' in:\n{string.Join('\n', _log)}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>A coordinator on a free pair of ports, and two workers, each with a data folder of its own.</summary>
    private async Task<TrainingResult> TrainAsync(string token, TlsIdentity? coordinator, TlsIdentity? worker)
    {
        // The workers join the port before Akka's own: the one for links, in the usual numbering.
        int akkaPort = ClusterTests.FreePort();
        Task<TrainingResult> training = Coordinate(
            new IPEndPoint(IPAddress.Loopback, 0), new AkkaOptions { Port = akkaPort },
            request => request with { WorkersMin = 2, Token = token, Tls = coordinator });
        Task<RunEnd>[] workers =
        [
            .. Enumerable.Range(1, 2).Select(number => Work(
                akkaPort - 1, $"worker-{number}", request => request with { Token = token, Tls = worker })),
        ];
        TrainingResult result = await training.WaitAsync(Patience);
        await EndAsync(workers);
        return result;
    }

    private Task<TrainingResult> Coordinate(
        IPEndPoint listen, AkkaOptions options, Func<ClusterRequest, ClusterRequest>? request = null,
        CancellationToken stop = default)
    {
        var plain = new ClusterRequest { Run = _run.File, Listen = listen, OutFolder = _run.PathOf("out") };
        return AkkaCoordinator.RunAsync(request?.Invoke(plain) ?? plain, options, new LogObserver(_log), stop);
    }

    private Task<RunEnd> Work(
        int port, string name, Func<WorkerRequest, WorkerRequest>? request = null, string overrides = "")
    {
        var plain = new WorkerRequest
        {
            Host = "127.0.0.1", Port = port, DataFolder = _run.PathOf(name), Name = name, Log = _log.Enqueue,
        };
        return AkkaWorker.RunAsync(
            request?.Invoke(plain) ?? plain, new AkkaOptions { Overrides = overrides }, CancellationToken.None);
    }

    private static async Task EndAsync(params Task<RunEnd>[] workers)
    {
        foreach (Task<RunEnd> end in workers)
        {
            Assert.Equal(RunEndKind.Completed, (await end.WaitAsync(Patience)).Kind);
        }
    }

    private sealed class LogObserver(ConcurrentQueue<string> log) : TrainingObserver
    {
        public override void OnMessage(string text) => log.Enqueue(text);

        public override void OnNotice(Notice notice) => log.Enqueue(notice.Text);
    }

    /// <summary>A node that finds no cluster ends after two seconds, which suffice to get into one that is there.</summary>
    private const string GiveUpSoon = "akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = 2 s";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
