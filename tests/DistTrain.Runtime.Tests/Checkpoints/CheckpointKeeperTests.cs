using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Checkpoints;

public sealed class CheckpointKeeperTests
{
    private static readonly RunProgress Progress = new();

    [Fact]
    public async Task Finish_AfterTheLastCouldNotBeWritten_TriesAgain()
    {
        using var tiny = new TinyRun(checkpoint: """ "everySeconds": 0, "everySteps": 5 """);
        LoadedRun run = tiny.Loaded;
        var folder = new OutFolder(tiny.Out("out"));
        string blocker = Directory.CreateDirectory(
            Path.Combine(folder.Checkpoints, "step-0000000010.checkpoint.tmp")).FullName;
        var said = new List<string>();
        await using var keeper = new CheckpointKeeper(run, folder, new Term(1), startStep: 0, text =>
        {
            said.Add(text);
            Directory.Delete(blocker);
        });
        using var fifth = new ModelState(run, new WeightVersion(5));
        using var tenth = new ModelState(run, new WeightVersion(10));

        keeper.OnRound(fifth, Progress);
        Assert.Equal(
            Path.Combine("checkpoints", "step-0000000005.checkpoint"),
            await keeper.FinishAsync(fifth, Progress, new RunEnd(RunEndKind.Completed, "")));
        keeper.OnRound(tenth, Progress);
        string? newest = await keeper.FinishAsync(tenth, Progress, new RunEnd(RunEndKind.Completed, ""));

        Assert.Contains("the checkpoint of step 10 could not be written", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(Path.Combine("checkpoints", "step-0000000010.checkpoint"), newest);
    }

    [Fact]
    public async Task OnRound_BetweenDueSteps_WritesNothing()
    {
        using var tiny = new TinyRun(checkpoint: """ "everySeconds": 0, "everySteps": 5 """);
        LoadedRun run = tiny.Loaded;
        var folder = new OutFolder(tiny.Out("out"));
        await using var keeper = new CheckpointKeeper(run, folder, new Term(1), startStep: 0, message => Assert.Fail(message));
        using var fourth = new ModelState(run, new WeightVersion(4));

        keeper.OnRound(fourth, Progress);

        Assert.False(Directory.Exists(folder.Checkpoints));
    }
}
