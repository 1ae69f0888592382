namespace DistTrain.Cli.Tests.Faults;

/// <summary>The last lines of a run that fails.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task Train_ThatDiverges_NamesWorkerStepShardAndTensorAndWhatToDo()
    {
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunAsync(
            "train", "examples/digits/run.json", "--workers", "2", "--processes", "--out", folder["out"],
            "--set", "training.optimizer={\"type\":\"sgd\",\"learningRate\":1e30}", "--set", "checkpoint.everySteps=1");

        Assert.Equal(1, result.ExitCode);
        string[] lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(
            @"^worker [12] \(process [12]\) found .+ in .+ at step 2 \(epoch 1\), shard \d+ \(rows \d+ to \d+ of the epoch's order\): "
            + "training diverged or the data is extreme; lower the learning rate, clip the gradient or check these rows; ",
            lines[^2]);
        Assert.Matches(@"^to go on from .+checkpoint: the same command with --resume", lines[^1]);
    }
}
