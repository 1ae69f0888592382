using System.Text.Json.Nodes;

namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>A test part with each class's share, whoever trains.</summary>
public sealed class StratifyTests
{
    [Fact]
    public async Task Train_Stratified_TestsOnTheSameRowsInAnySetting()
    {
        using var folder = new TemporaryFolder();
        var hashes = new List<(string Weights, string Data)>();
        foreach (string[] flags in (string[][])[["--workers", "1"], ["--workers", "3"], ["--workers", "2", "--processes"]])
        {
            CommandResult trained = await DistTrainCommand.RunAsync(
            [
                "train", "examples/iris/run.json", "--json", "--set", "data.stratify=true", "--set", "training.epochs=3",
                "--out", folder[$"out{hashes.Count}"], .. flags,
            ]);
            Assert.True(trained.ExitCode == 0, trained.Errors);
            hashes.Add(((string)trained.Summary["weightsSha256"]!, (string)trained.Summary["dataHash"]!));
        }

        Assert.Single(hashes.Distinct());
        CommandResult result = await DistTrainCommand.RunAsync("evaluate", folder["out0"], "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(
            [10, 10, 10],
            JsonNode.Parse(result.Output)!["confusion"]!.AsArray().Select(row => row!.AsArray().Sum(count => (int)count!)));
    }
}
