using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

public sealed class PlanTests
{
    /// <summary>Of the model against the simulator (docs/PLANNING.md).</summary>
    private const double RelativeTolerance = 0.15;

    [Fact]
    public async Task Plan_ManyWorkers_RecommendsAFanInAndTheSimulatorAgrees()
    {
        CommandResult result = await DistTrainCommand.RunAsync(
            "plan", "examples/digits/run.json", "--workers", "16,64", "--bandwidth", "1Gbit", "--latency", "20us",
            "--batch-time", "50ms", "--set", "training.shards=64", "--simulate", "--json");

        Assert.Equal(0, result.ExitCode);
        JsonArray rows = (JsonArray)JsonNode.Parse(result.Output)!["rows"]!;
        Assert.Equal(2, rows.Count);
        foreach (JsonNode? row in rows)
        {
            double predicted = (double)row!["predicted"]!["stepSeconds"]!;
            double simulated = (double)row["simulatedStepSeconds"]!;
            Assert.InRange(predicted, simulated * (1 - RelativeTolerance), simulated * (1 + RelativeTolerance));
        }

        Assert.True((int)rows[1]!["predicted"]!["fanIn"]! > 0);
    }

    [Fact]
    public async Task Plan_OfThisMachine_PrintsALineForEachNumberOfWorkers()
    {
        CommandResult result = await DistTrainCommand.RunAsync("plan", "examples/iris/run.json", "--workers", "1..4", "--local");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("processes of this machine", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, result.Output.Split('\n').Count(line => line.TrimStart().Split(' ')[0] is "1" or "2" or "4"));
    }

    [Fact]
    public async Task Plan_WithoutNumbersOfWorkers_TakesThoseOfItsHelp()
    {
        CommandResult help = await DistTrainCommand.RunAsync("plan", "--help");
        CommandResult result = await DistTrainCommand.RunAsync("plan", "examples/iris/run.json", "--batch-time", "50ms", "--json");

        Assert.Contains("Default: 1..256", help.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            [1, 2, 4, 8, 16, 32, 64, 128, 256],
            ((JsonArray)JsonNode.Parse(result.Output)!["rows"]!).Select(row => (int)row!["workers"]!));
    }
}
