using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Aggregators between coordinator and workers change nothing in the weights, and may die.</summary>
public sealed class FanInTests(FanInTests.Undisturbed undisturbed) : IClassFixture<FanInTests.Undisturbed>
{
    private const string Run = "examples/digits/run.json";
    private const string FewEpochs = "training.epochs=3";
    private const string ManyEpochs = "training.epochs=60";

    [Theory]
    [InlineData(3, 2, false)]
    [InlineData(4, 2, false)]
    [InlineData(5, 4, false)]
    [InlineData(8, 2, false)]
    [InlineData(3, 2, true)]
    [InlineData(5, 2, true)]
    public async Task Train_WithAggregators_GivesTheSameWeights(int workers, int fanIn, bool processes)
    {
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync(
            [
                "train", Run, "--json", "--workers", $"{workers}", "--set", $"cluster.fanIn={fanIn}", "--set", FewEpochs,
                "--out", folder["out"], .. processes ? (string[])["--processes"] : [],
            ]);

        Assert.Equal(undisturbed.ShortRun, result.WeightsSha256);
    }

    [SkippableFact]
    public async Task Train_AnAggregatorProcessKilled_GoesOnAndGivesTheSameWeights()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "finds child processes in /proc");
        using var folder = new TemporaryFolder();
        using DistTrainCommand train = DistTrainCommand.Start(
            "train", Run, "--workers", "4", "--processes", "--json", "--set", "cluster.fanIn=2", "--set", ManyEpochs,
            "--out", folder["out"]);
        await train.WaitForLineAsync(IsEpoch(5));
        using (Process aggregator = Process.GetProcessById(AggregatorOf(train.Process.Id)))
        {
            aggregator.Kill();
        }

        await train.WaitForLineAsync(line => line.Contains("\"workerLost\"", StringComparison.Ordinal));
        CommandResult result = await train.EndAsync();

        Assert.Equal(undisturbed.LongRun, result.WeightsSha256);
        Assert.True((int)result.Summary["recoveries"]! >= 1);
    }

    [Fact]
    public async Task Cluster_WithAnAggregator_ShowsWhoStandsBehindIt()
    {
        using var folder = new TemporaryFolder();
        using DistTrainCommand coordinator = DistTrainCommand.Start(
            "coordinator", Run, "--listen", "127.0.0.1:0", "--min-workers", "2", "--json", "--out", folder["out"]);
        string address = (string)JsonNode.Parse(
            await coordinator.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal)))!["address"]!;
        using DistTrainCommand aggregator = DistTrainCommand.Start(
            "aggregator", "--join", address, "--listen", "127.0.0.1:0", "--data-dir", folder["data"]);
        string line = await aggregator.WaitForLineAsync(text => text.StartsWith("listening on ", StringComparison.Ordinal));
        using DistTrainCommand worker = DistTrainCommand.Start(
            "worker", "--join", line["listening on ".Length..], "--name", "the worker behind", "--data-dir", folder["data"]);
        await coordinator.WaitForLineAsync(text => text.Contains("\"workerJoined\"", StringComparison.Ordinal));

        CommandResult status = await DistTrainCommand.RunAsync("status", address);

        Assert.Equal(0, status.ExitCode);
        Assert.Contains($"behind aggregator {line["listening on ".Length..]}:", status.Output, StringComparison.Ordinal);
        Assert.Contains("the worker behind", status.Output, StringComparison.Ordinal);
    }

    private static Func<string, bool> IsEpoch(int epoch) =>
        line => line.Contains($"\"event\":\"epoch\",\"epoch\":{epoch},", StringComparison.Ordinal);

    private static int AggregatorOf(int parent)
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && TryRead(Path.Combine(folder, "stat")) is { } stat
                && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{parent}"
                && TryRead(Path.Combine(folder, "cmdline"))?.Contains("\0aggregator\0", StringComparison.Ordinal) == true)
            {
                return id;
            }
        }

        throw new InvalidOperationException($"process {parent} has no aggregator");
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>One worker, one process, no aggregator.</summary>
    public sealed class Undisturbed : IAsyncLifetime
    {
        public string ShortRun { get; private set; } = "";

        public string LongRun { get; private set; } = "";

        public async Task InitializeAsync()
        {
            ShortRun = await TrainAsync(FewEpochs);
            LongRun = await TrainAsync(ManyEpochs);
        }

        public Task DisposeAsync() => Task.CompletedTask;

        private static async Task<string> TrainAsync(string epochs)
        {
            using var folder = new TemporaryFolder();
            CommandResult result = await DistTrainCommand.RunAsync(
                "train", Run, "--json", "--set", epochs, "--out", folder["out"]);
            return result.WeightsSha256;
        }
    }
}
