using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.Network;

/// <summary>
/// A coordinator on one host and workers on four others, for real: each has a network namespace of its own, and the links
/// between them are cut, slow, lossy or gone. Runs with the engine that is compiled in.
/// </summary>
public sealed class SeveralHostsTests
{
    private const string Run = "examples/digits/run.json";

    /// <summary>As long as a switch takes to start again.</summary>
    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SlowDelay = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan StepPace = TimeSpan.FromMilliseconds(5);

    [SkippableFact]
    public async Task FourHosts_OneOfThemBehindASlowLossyLink_GiveTheWeightsOfOneProcess()
    {
        using VirtualNetwork network = Open();
        using var cluster = new Cluster(network, "training.epochs=2");
        await cluster.StartAsync(network.AddHost(1, SlowDelay, lossShare: 0.01), 1);
        for (int number = 2; number <= 4; number++)
        {
            await cluster.StartAsync(network.AddHost(number), number);
        }

        CommandResult result = await cluster.EndAsync();
        Assert.Equal(await cluster.WeightsOfOneProcessAsync(), result.WeightsSha256);
        WireTraffic traffic = network.TrafficOf(1);
        Assert.True(traffic.Given > 0 && traffic.Lost > 0 && traffic.DelayMin >= SlowDelay, $"{traffic}");
    }

    /// <remarks>
    /// The run asks for four workers at all times, and stands still while one is out of reach. Its links take 5 ms in each
    /// direction, so that its steps take at least ten, on a machine however fast: no event comes after its end.
    /// </remarks>
    [SkippableFact]
    public async Task FourHosts_ALinkCutAHostGoneAHostAdded_GiveTheWeightsOfOneProcess()
    {
        using VirtualNetwork network = Open();
        using var cluster = new Cluster(network, "training.epochs=30");
        for (int number = 1; number <= 4; number++)
        {
            await cluster.StartAsync(network.AddHost(number, StepPace, lossShare: 0), number);
        }

        await cluster.Coordinator.WaitForLineAsync(line => line.StartsWith("{\"event\":\"epoch\"", StringComparison.Ordinal));
        network.Cut(2);
        await Task.WhenAll(cluster.WaitForAsync("workerLost", "host-2"), Task.Delay(CutTime));
        network.Mend(2);
        await cluster.WaitForAsync("workerJoined", "host-2", occurrence: 2);
        network.Cut(3);
        cluster.Kill(3);
        await cluster.WaitForAsync("workerLost", "host-3");
        await cluster.StartAsync(network.AddHost(5, StepPace, lossShare: 0), 5);

        CommandResult result = await cluster.EndAsync(except: 3);
        Assert.Equal(await cluster.WeightsOfOneProcessAsync(), result.WeightsSha256);
        Assert.True((int)result.Summary["recoveries"]! >= 2, result.Output);
        Assert.All(Enumerable.Range(1, 5).Select(network.TrafficOf), traffic => Assert.True(
            traffic.Given > 0 && traffic.DelayMin >= StepPace, $"{traffic}"));
    }

    private static VirtualNetwork Open()
    {
        string? reason = VirtualNetwork.ReasonToSkip();
        Skip.If(reason is not null, reason);
        return new VirtualNetwork();
    }

    /// <summary>The processes of one run, each on its host.</summary>
    private sealed class Cluster : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Dictionary<int, DistTrainCommand> _workers = [];
        private readonly string _set;

        public Cluster(VirtualNetwork network, string set)
        {
            _set = set;
            Coordinator = DistTrainCommand.StartIn(
                network.Hub, "coordinator", Run, "--listen", Address, "--min-workers", "4", "--insecure", "--json",
                "--set", set, "--out", _folder["out"]);
        }

        public DistTrainCommand Coordinator { get; }

        /// <summary>Waits until the worker takes part, so that workers are numbered in order.</summary>
        public async Task StartAsync(string host, int number)
        {
            _workers.Add(number, DistTrainCommand.StartIn(
                host, "worker", "--join", Address, "--name", $"host-{number}", "--data-dir", _folder[$"data-{number}"]));
            await WaitForAsync("workerJoined", $"host-{number}");
        }

        public void Kill(int number) => _workers[number].Process.Kill();

        public Task<string> WaitForAsync(string kind, string name, int occurrence = 1) => Coordinator.WaitForLineAsync(
            line => line.Contains($"\"{kind}\"", StringComparison.Ordinal) && line.Contains($"\"{name}\"", StringComparison.Ordinal),
            occurrence);

        public async Task<CommandResult> EndAsync(int except = 0)
        {
            CommandResult result = await Coordinator.EndAsync();
            foreach ((int number, DistTrainCommand worker) in _workers)
            {
                if (number != except)
                {
                    CommandResult end = await worker.EndAsync();
                    Assert.True(end.ExitCode == 0, $"host {number}: {end.Output}\n{end.Errors}");
                }
            }

            return result;
        }

        public async Task<string> WeightsOfOneProcessAsync() => (await DistTrainCommand.RunAsync(
            "train", Run, "--json", "--set", _set, "--out", _folder["alone"])).WeightsSha256;

        public void Dispose()
        {
            foreach (DistTrainCommand worker in _workers.Values)
            {
                worker.Dispose();
            }

            Coordinator.Dispose();
            _folder.Dispose();
        }

        private static string Address => $"{VirtualNetwork.HubAddress}:7070";
    }
}
