using System.Text.Json;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Training;

public sealed class LocalTrainingTests
{
    [Fact]
    public async Task Weights_AnyWorkersAndThreads_AreTheSameBits()
    {
        using var tiny = new TinyRun();
        var hashes = new HashSet<string>();
        foreach (int workers in (int[])[1, 2, 3, 5, 7, 8])
        {
            foreach (int threads in (int[])[1, 2])
            {
                TrainingResult result = await LocalTraining.RunAsync(
                    tiny.Request($"out-{workers}-{threads}", workers, threads), TrainingObserver.None, default);
                Assert.Equal(RunEndKind.Completed, result.End.Kind);
                hashes.Add(result.Summary.WeightsSha256);
            }
        }

        Assert.Single(hashes);
    }

    [Fact]
    public async Task Run_Completed_LeavesItsFilesAndFigures()
    {
        using var tiny = new TinyRun(""" "batchSize": 20, "epochs": 3, "logEverySteps": 5 """);
        var observer = new RecordingObserver();

        TrainingResult result = await LocalTraining.RunAsync(tiny.Request("out", 2), observer, default);

        RunSummary summary = result.Summary;
        Assert.Equal((15L, 3), (summary.Steps, summary.Epochs));
        Assert.Equal((100, 30), (summary.TrainRows, summary.TestRows));
        Assert.NotNull(summary.TestAccuracy);
        Assert.Equal(15, observer.Steps.Count);
        Assert.Equal([1, 2, 3], observer.Epochs.Select(epoch => epoch.Epoch));
        Assert.All(observer.Epochs, epoch => Assert.NotNull(epoch.Test));
        string[] lines = File.ReadAllLines(Path.Combine(tiny.Out("out"), "metrics.jsonl"));
        Assert.Equal(6, lines.Length);
        Assert.All(lines, line => JsonDocument.Parse(line).Dispose());
        using JsonDocument written = JsonDocument.Parse(File.ReadAllText(Path.Combine(tiny.Out("out"), "summary.json")));
        Assert.Equal(summary.WeightsSha256, written.RootElement.GetProperty("weightsSha256").GetString());
        Assert.True(File.Exists(Path.Combine(tiny.Out("out"), "run.json")));
        Assert.True(File.Exists(Path.Combine(tiny.Out("out"), "model.safetensors")));
        Assert.True(File.Exists(Path.Combine(tiny.Out("out"), summary.Checkpoint!)));
    }

    [Fact]
    public async Task Run_IntoTheFolderOfALivingRun_IsRefusedAndHarmsNothing()
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        string[] before = Files();
        var observer = new RecordingObserver();
        using (new OutFolder(tiny.Out("out")).Hold(resume: false, observer.OnMessage))
        {
            TrainingException refused = await Assert.ThrowsAsync<TrainingException>(
                () => LocalTraining.RunAsync(tiny.Request("out"), observer, default));
            Assert.StartsWith("another run is still writing to ", refused.Message, StringComparison.Ordinal);
            Assert.Empty(before.Except(Files()));

            await LocalTraining.RunAsync(tiny.Request("out") with { Resume = true }, observer, default);
            Assert.Contains($"another run is still writing to {tiny.Out("out")}", observer.Messages);
        }

        Assert.Equal(before.Order(), Files().Order());
        await LocalTraining.RunAsync(tiny.Request("out"), observer, default);

        string[] Files() => Directory.GetFiles(tiny.Out("out"), "*", SearchOption.AllDirectories);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public async Task Stop_ThenResumeWithOtherWorkers_EndsWithTheSameBits(int before, int after)
    {
        using var tiny = new TinyRun();
        TrainingResult undisturbed = await LocalTraining.RunAsync(tiny.Request("whole"), TrainingObserver.None, default);
        using var stop = new CancellationTokenSource();

        TrainingResult stopped = await LocalTraining.RunAsync(
            tiny.Request("cut", before), new RecordingObserver().At(13, stop.Cancel), stop.Token);
        var observer = new RecordingObserver();
        TrainingResult resumed = await LocalTraining.RunAsync(
            tiny.Request("cut", after) with { Resume = true }, observer, default);

        Assert.Equal(RunEndKind.Stopped, stopped.End.Kind);
        Assert.NotNull(stopped.Summary.Checkpoint);
        Assert.Equal(undisturbed.Summary.WeightsSha256, resumed.Summary.WeightsSha256);
        Assert.Equal(undisturbed.Summary.TrainLoss, resumed.Summary.TrainLoss);
        Assert.Equal(stopped.Summary.Steps + 1, observer.Steps.First().Step);
        Assert.Equal(
            Steps(tiny.Out("whole")), Steps(tiny.Out("cut")));
    }

    [Fact]
    public async Task Resume_OfACompletedRun_ChangesNothing()
    {
        using var tiny = new TinyRun();
        TrainingResult first = await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        string file = Path.Combine(tiny.Out("out"), "summary.json"), summary = File.ReadAllText(file);

        TrainingResult again = await LocalTraining.RunAsync(
            tiny.Request("out", 2) with { Resume = true }, TrainingObserver.None, default);

        Assert.Equal(RunEndKind.Completed, again.End.Kind);
        Assert.Equal(first.Summary.WeightsSha256, again.Summary.WeightsSha256);
        Assert.Equal(first.Summary.TestAccuracy, again.Summary.TestAccuracy);
        Assert.Equal(summary, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Resume_OfACompletedRunWithADamagedSummary_WritesItAnew(string damaged)
    {
        using var tiny = new TinyRun();
        TrainingResult first = await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        string file = Path.Combine(tiny.Out("out"), "summary.json");
        File.WriteAllText(file, damaged);

        await LocalTraining.RunAsync(tiny.Request("out") with { Resume = true }, TrainingObserver.None, default);

        using JsonDocument written = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(first.Summary.WeightsSha256, written.RootElement.GetProperty("weightsSha256").GetString());
    }

    [Fact]
    public async Task Resume_WithAChangedRunFile_NamesTheKeysAndRefusesUnlessForced()
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        RunFile other = tiny.Parse(tiny.Json.Replace("\"batchSize\": 20", "\"batchSize\": 10"));
        TrainingRequest request = tiny.Request("out") with { Run = other, Resume = true };

        RunFileException refused = await Assert.ThrowsAsync<RunFileException>(
            () => LocalTraining.RunAsync(request, TrainingObserver.None, default));
        Assert.Contains("training.batchSize", refused.Message, StringComparison.Ordinal);

        TrainingResult forced = await LocalTraining.RunAsync(request with { Force = true }, TrainingObserver.None, default);
        Assert.Equal(RunEndKind.Completed, forced.End.Kind);
    }

    [Fact]
    public async Task Resume_WithMoreEpochs_EqualsTheLongRun()
    {
        string shape = """ "batchSize": 20, "shards": 8, "epochs": 3 """;
        using var tiny = new TinyRun(shape);
        RunFile longer = tiny.Parse(tiny.Json.Replace("\"epochs\": 3", "\"epochs\": 5"));
        TrainingResult whole = await LocalTraining.RunAsync(
            tiny.Request("whole") with { Run = longer }, TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("cut"), TrainingObserver.None, default);

        TrainingResult resumed = await LocalTraining.RunAsync(
            tiny.Request("cut") with { Run = longer, Resume = true }, TrainingObserver.None, default);

        Assert.Equal(whole.Summary.WeightsSha256, resumed.Summary.WeightsSha256);
        Assert.Empty(resumed.Summary.Origin.Changes);
        Assert.Equal(whole.Summary.Origin.InitialWeightsSha256, resumed.Summary.Origin.InitialWeightsSha256);
    }

    /// <remarks>
    /// Half a cosine that ends later is another one from its start: run.json alone, which says nothing of the first half of the
    /// run, does not lead to these weights.
    /// </remarks>
    [Fact]
    public async Task Resume_WithMoreEpochsOfACosine_NotesThatTheRunFileAloneDoesNotGiveTheWeights()
    {
        using var tiny = new TinyRun(""" "batchSize": 20, "shards": 8, "epochs": 3, "schedule": "cosine" """);
        RunFile longer = tiny.Parse(tiny.Json.Replace("\"epochs\": 3", "\"epochs\": 5"));
        TrainingResult whole = await LocalTraining.RunAsync(
            tiny.Request("whole") with { Run = longer }, TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("cut"), TrainingObserver.None, default);
        var observer = new RecordingObserver();

        await LocalTraining.RunAsync(tiny.Request("cut") with { Run = longer, Resume = true }, observer, default);
        TrainingResult again = await LocalTraining.RunAsync(
            tiny.Request("cut") with { Run = longer, Resume = true }, observer, default);

        Assert.NotEqual(whole.Summary.WeightsSha256, again.Summary.WeightsSha256);
        RunChange change = Assert.Single(again.Summary.Origin.Changes);
        Assert.Equal((15L, "training.epochs"), (change.Step, Assert.Single(change.Keys)));
        Assert.Contains(
            "the run goes on after step 15 with another training.epochs; from its start the run file as it is now would give "
            + "other weights", observer.Messages);
        Assert.Contains("the run goes on after step 25", observer.Messages);
    }

    [Fact]
    public async Task Divergence_EndsTheRunNamingStepShardAndTensor()
    {
        using var tiny = new TinyRun(
            """ "batchSize": 20, "epochs": 50 """, optimizer: """{ "type": "sgd", "learningRate": 1e38 }""");

        TrainingResult result = await LocalTraining.RunAsync(tiny.Request("out", 2), TrainingObserver.None, default);

        Assert.Equal(RunEndKind.Failed, result.End.Kind);
        Assert.Contains("step", result.End.Reason, StringComparison.Ordinal);
        Assert.Contains("shard", result.End.Reason, StringComparison.Ordinal);
    }

    private static string[] Steps(string folder) =>
        [.. File.ReadAllLines(Path.Combine(folder, "metrics.jsonl")).Select(line =>
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            double? loss = root.TryGetProperty("trainLoss", out JsonElement value) ? value.GetDouble() : null;
            return $"{root.GetProperty("kind")} {root.GetProperty("step")} {loss}";
        })];
}
