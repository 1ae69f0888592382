using DistTrain.Models;
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

    [Fact]
    public async Task KeepBest_FasterThanTheDisk_HoldsOneAndTheNewest()
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        var folder = new OutFolder(tiny.Out("out"));
        await using var keeper = new CheckpointKeeper(run, folder, new Term(1), startStep: 0, message => Assert.Fail(message));
        using var model = new ModelState(run, new WeightVersion(0));
        model.Current.Span.Clear();
        using var pool = new SumBufferPool(run.Buckets.SumLength);
        SumBuffer sums = pool.Rent();
        sums.Span.Fill(1);
        Round round = run.Plan.NextRound(new RoundNumber(1), new WeightVersion(0), evaluated: false)!;
        for (int step = 0; step < WeightBufferPool.BuffersMax + 100; step++)
        {
            for (int bucket = 0; bucket < run.Buckets.Count; bucket++)
            {
                model.Apply(round, bucket, run.Buckets.View(sums, bucket), addend: null);
            }

            model.Publish();
            keeper.KeepBest(model);
        }

        sums.Release();
        await keeper.DisposeAsync();
        using SafetensorsReader written = SafetensorsReader.Open(folder.BestModel);
        float[] weights = new float[model.Current.Length];
        written.Read(run.Network.Parameters, weights);
        Assert.Equal(model.Current.Span.ToArray(), weights);
    }
}
