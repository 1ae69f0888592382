using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>
/// SIGKILL at random moments, again and again: real processes, resumed by hand or coming back by themselves. The
/// environment variable DISTTRAIN_TEST_KILLS sets how often, DISTTRAIN_TEST_SEED the moments.
/// </summary>
public sealed class CrashResumeTests(ITestOutputHelper output)
{
    private const string Run = "examples/digits/run.json";

    /// <summary>Some seconds of training, on any machine; a checkpoint every fraction of an epoch.</summary>
    private static readonly string[] Settings =
        ["--json", "--set", "training.epochs=450", "--set", "checkpoint.everySteps=10"];

    private static readonly int Kills = Number("DISTTRAIN_TEST_KILLS", 3);

    private readonly Random _random = new(Number("DISTTRAIN_TEST_SEED", 20261124));

    [Fact]
    public async Task Train_WholeClusterKilledAgainAndAgain_EndsWithTheSameWeights()
    {
        using var folder = new TemporaryFolder();
        CommandResult undisturbed = await TrainAsync(folder["undisturbed"], 1);
        string[] resume = [];
        for (int kill = 1; kill <= Kills; kill++)
        {
            int workers = _random.Next(1, 5);
            using DistTrainCommand train = DistTrainCommand.Start(
                ["train", Run, "--processes", "--workers", $"{workers}", "--out", folder["out"], .. Settings, .. resume]);
            await SomeMomentAsync(train, kill);
            Assert.False(train.Process.HasExited, $"kill {kill} came too late: the run had ended");
            train.Process.Kill(entireProcessTree: true);
            await train.Process.WaitForExitAsync();
            output.WriteLine($"kill {kill}: {workers} worker processes, newest checkpoint {NewestCheckpoint(folder["out"])}");
            resume = ["--resume"];
        }

        int last = _random.Next(1, 5);
        CommandResult resumed = await TrainAsync(folder["out"], last, "--resume", "--processes");

        output.WriteLine($"ended on {last} worker processes: weightsSha256 {resumed.WeightsSha256}");
        Assert.Equal(undisturbed.WeightsSha256, resumed.WeightsSha256);
        Assert.Equal(Epochs(folder["undisturbed"]), Epochs(folder["out"]));
    }

    [Fact]
    public async Task Coordinator_KilledAgainAndAgain_ItsWorkersComeBackAndTheWeightsAreTheSame()
    {
        using var folder = new TemporaryFolder();
        CommandResult undisturbed = await TrainAsync(folder["undisturbed"], 1);
        DistTrainCommand coordinator = StartCoordinator("127.0.0.1:0", folder);
        string address = (string)JsonNode.Parse(
            await coordinator.WaitForLineAsync(line => line.Contains("\"listening\"", StringComparison.Ordinal)))!["address"]!;
        using DistTrainCommand first = StartWorker(address, folder);
        using DistTrainCommand second = StartWorker(address, folder);
        for (int kill = 1; kill <= Kills; kill++)
        {
            await SomeMomentAsync(coordinator, kill);
            Assert.False(coordinator.Process.HasExited, $"kill {kill} came too late: the run had ended");
            coordinator.Process.Kill();
            await coordinator.Process.WaitForExitAsync();
            coordinator.Dispose();
            output.WriteLine($"kill {kill}: newest checkpoint {NewestCheckpoint(folder["out"])}");
            coordinator = StartCoordinator(address, folder, "--resume");
        }

        CommandResult result = await coordinator.EndAsync();
        coordinator.Dispose();

        output.WriteLine($"ended: weightsSha256 {result.WeightsSha256}");
        Assert.Equal(undisturbed.WeightsSha256, result.WeightsSha256);
        Assert.Equal(Epochs(folder["undisturbed"]), Epochs(folder["out"]));
        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        Assert.Equal(0, (await second.EndAsync()).ExitCode);
    }

    /// <summary>By turns somewhere while it starts or loads, and somewhere while it trains.</summary>
    private async Task SomeMomentAsync(DistTrainCommand command, int kill)
    {
        bool isTraining = kill % 2 != 0;
        if (isTraining)
        {
            await command.WaitForLineAsync(line => line.Contains("\"event\":\"epoch\"", StringComparison.Ordinal));
        }

        await Task.Delay(_random.Next(isTraining ? 400 : 600));
    }

    private static Task<CommandResult> TrainAsync(string folder, int workers, params string[] more) =>
        DistTrainCommand.RunAsync(["train", Run, "--workers", $"{workers}", "--out", folder, .. Settings, .. more]);

    /// <summary>It waits for both workers: a run that ended while one of them is away would leave it waiting for ever.</summary>
    private static DistTrainCommand StartCoordinator(string address, TemporaryFolder folder, params string[] more) =>
        DistTrainCommand.Start(
            ["coordinator", Run, "--listen", address, "--min-workers", "2", "--out", folder["out"], .. Settings, .. more]);

    private static DistTrainCommand StartWorker(string address, TemporaryFolder folder) =>
        DistTrainCommand.Start("worker", "--join", address, "--data-dir", folder["data"]);

    private static string NewestCheckpoint(string folder)
    {
        string checkpoints = Path.Combine(folder, "checkpoints");
        return Directory.Exists(checkpoints)
            ? Directory.GetFiles(checkpoints, "*.checkpoint").Select(Path.GetFileName).Max() ?? "none"
            : "none";
    }

    /// <summary>What each epoch's line says of the training, times left out.</summary>
    private static string[] Epochs(string folder) =>
    [
        .. File.ReadLines(Path.Combine(folder, "metrics.jsonl"))
            .Select(line => (JsonObject)JsonNode.Parse(line)!)
            .Where(line => (string)line["kind"]! == "epoch")
            .Select(line => $"{line["epoch"]} {line["trainLoss"]} {line["trainAccuracy"]} {line["test"]}"),
    ];

    private static int Number(string variable, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : fallback;
}
