using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>
/// What checkpoints cost a training, for a machine that has nothing else to do: only where the environment variable
/// DISTTRAIN_MEASURE is 1, and DISTTRAIN_MNIST names the folder of MNIST's files.
/// </summary>
public sealed class CheckpointCostTests(ITestOutputHelper output)
{
    private const int StepsPerCheckpoint = 50;

    private const double RatioMax = 1.03;

    private static readonly string? Mnist = Environment.GetEnvironmentVariable("DISTTRAIN_MNIST");

    /// <summary>
    /// One run of 784-2048-2048-10 with Adam (70 MB a checkpoint), a checkpoint every 100 steps: the 50 steps that follow each
    /// are those of a run with one every 50, the other 50 those of a run without.
    /// </summary>
    [SkippableFact]
    public async Task Steps_WithACheckpointEveryFifty_AreHardlySlower()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("DISTTRAIN_MEASURE") == "1", "measures only where DISTTRAIN_MEASURE is 1");
        Skip.If(Mnist is null, "DISTTRAIN_MNIST does not name the folder of MNIST's files");
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync(
            "train", "examples/mnist/run.json", "--json", "--workers", "2", "--out", folder["out"],
            "--set", $"data.folder={Mnist}", "--set", "model.layers.1.units=2048", "--set", "model.layers.3.units=2048",
            "--set", "training.batchSize=512", "--set", "training.epochs=6", "--set", "training.logEverySteps=1",
            "--set", "training.evaluateEveryEpochs=0", "--set", $"checkpoint.everySteps={2 * StepsPerCheckpoint}",
            "--set", "checkpoint.everySeconds=0");
        Assert.True(result.ExitCode == 0, result.Errors);

        ILookup<bool, double> milliseconds = File.ReadLines(Path.Combine(folder["out"], "metrics.jsonl"))
            .Select(line => (JsonObject)JsonNode.Parse(line)!)
            .Where(line => (string)line["kind"]! == "step" && (long)line["step"]! > 2 * StepsPerCheckpoint)
            .ToLookup(line => ((long)line["step"]! - 1) / StepsPerCheckpoint % 2 == 0, line => 1000 * (double)line["seconds"]!);
        double[] with = [.. milliseconds[true].Order()];
        double[] without = [.. milliseconds[false].Order()];

        Report("with a checkpoint every 50 steps", with);
        Report("without", without);
        Assert.InRange(with[with.Length / 2] / without[without.Length / 2], 0, RatioMax);
    }

    private void Report(string name, double[] sorted) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {sorted.Length} steps, median {sorted[sorted.Length / 2]:F2} ms, mean {sorted.Average():F2} ms, "
        + $"95th percentile {sorted[sorted.Length * 95 / 100]:F2} ms, longest {sorted[^1]:F2} ms"));
}
