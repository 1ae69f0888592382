using System.Collections.Concurrent;
using System.Net;
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
        await LinesAsync("a new node starts in 1 s", 2);
        Assert.False(worker.IsCompleted, "a worker looks for its coordinator for as long as it takes");

        await leave.CancelAsync();
        Assert.Equal(RunEndKind.Stopped, (await worker.WaitAsync(Patience)).Kind);
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
        var listening = new TaskCompletionSource<IPEndPoint>();
        int akkaPort = ClusterTests.FreePort();
        var request = new ClusterRequest
        {
            Run = _run.File,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            WorkersMin = 2,
            Token = token,
            Tls = coordinator,
            OutFolder = _run.PathOf("out"),
            Listening = listening.SetResult,
        };
        Task<TrainingResult> training = AkkaCoordinator.RunAsync(
            request, new AkkaOptions { Port = akkaPort }, new LogObserver(_log), CancellationToken.None);
        await Task.WhenAny(training, listening.Task);
        Task<RunEnd>[] workers =
        [
            .. Enumerable.Range(1, 2).Select(number => AkkaWorker.RunAsync(
                new WorkerRequest
                {
                    // The workers join the port before Akka's own: the one for links, in the usual numbering.
                    Host = "127.0.0.1",
                    Port = akkaPort - 1,
                    Token = token,
                    Tls = worker,
                    DataFolder = _run.PathOf($"data-{number}"),
                    Name = $"worker-{number}",
                    Log = _log.Enqueue,
                },
                new AkkaOptions(), CancellationToken.None)),
        ];
        TrainingResult result = await training.WaitAsync(Patience);
        foreach (Task<RunEnd> end in workers)
        {
            Assert.Equal(RunEndKind.Completed, (await end.WaitAsync(Patience)).Kind);
        }

        return result;
    }

    private sealed class LogObserver(ConcurrentQueue<string> log) : TrainingObserver
    {
        public override void OnMessage(string text) => log.Enqueue(text);

        public override void OnNotice(Notice notice) => log.Enqueue(notice.Text);
    }

    /// <summary>A node that finds no cluster ends after a second.</summary>
    private const string GiveUpSoon = "akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = 1 s";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
