using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>The examples as the README gives them.</summary>
public sealed class ExampleTests
{
    [Theory]
    [InlineData("--workers 2")]
    [InlineData("--workers 2 --processes")]
    public async Task Train_Digits_Reaches97Percent(string flags)
    {
        JsonObject summary = await TrainAsync("digits", flags);

        Assert.True((double)summary["testAccuracy"]! >= 0.97, $"test accuracy {summary["testAccuracy"]}");
        Assert.Equal(40, (int)summary["epochs"]!);
    }

    [Theory]
    [InlineData("iris", 0.93)]
    [InlineData("breast-cancer", 0.95)]
    public async Task Train_SmallClassification_IsAccurate(string example, double accuracyMin)
    {
        JsonObject summary = await TrainAsync(example, "");

        Assert.True((double)summary["testAccuracy"]! >= accuracyMin, $"test accuracy {summary["testAccuracy"]}");
    }

    /// <summary>The targets' standard deviation is 77: a model that knows nothing errs by that much.</summary>
    [Fact]
    public async Task Train_Diabetes_ErrsLessThanTheTargetsSpread()
    {
        JsonObject summary = await TrainAsync("diabetes", "");

        Assert.True((double)summary["testRootMeanSquareError"]! < 56, $"error {summary["testRootMeanSquareError"]}");
        Assert.Null(summary["testAccuracy"]);
    }

    /// <summary>The numbers of examples/broccoli/README.md, in the command's own output.</summary>
    [Theory]
    [InlineData("--workers 1")]
    [InlineData("--workers 2")]
    [InlineData("--workers 3")]
    [InlineData("--workers 3 --processes")]
    public async Task Train_Broccoli_PrintsTheNumbersOfTheWorkedExample(string flags)
    {
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync(
            ["train", "examples/broccoli/run.json", "--out", folder["out"], .. flags.Split(' ')]);

        Assert.True(result.ExitCode == 0, result.Errors);
        string[][] before = Samples(result.Output, "Before the first update:");
        string[][] after = Samples(result.Output, "After the last update:");
        Assert.Equal([["0", "0", "0", "0", "0"], ["1", "1", "1", "1", "0"], ["2", "1", "0", "0", "0.5"]], before);
        Assert.Equal(
            [["0", "0", "0.1433", "0", "0.0103"], ["1", "1", "1", "1", "0"], ["2", "1", "0.4333", "0", "0.1606"]], after);
        Assert.Contains("average loss 0.1667\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("layers.0.weight (3, 1): 0.005, -0.0002586207, 0.0001724138\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("layers.0.weight (3, 1): 0.005, -0.000191954, 0.0002724138\n", result.Output, StringComparison.Ordinal);
    }

    /// <summary>The three rows under a title and two lines of table head: row, target, output, class, loss.</summary>
    private static string[][] Samples(string output, string title)
    {
        string[] lines = output[output.IndexOf(title, StringComparison.Ordinal)..].Split('\n');
        return [.. lines
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells.Length == 5 && int.TryParse(cells[0], out _))
            .Take(3)];
    }

    private static async Task<JsonObject> TrainAsync(string example, string flags)
    {
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync(
            ["train", $"examples/{example}/run.json", "--json", "--out", folder["out"],
                .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        return result.Summary;
    }
}
