using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Training;

/// <summary>What is evaluated while training, the best model, early stopping, and weights to start from.</summary>
public sealed class EvaluationTests
{
    /// <summary>Learns by heart soon, so that the validation loss rises again.</summary>
    private const string Overfitting = """
         "batchSize": 20, "shards": 8, "epochs": 200, "earlyStopping": { "patience": 3 }
        """;

    private const string Optimizer = """{ "type": "adam", "learningRate": 0.05 }""";

    private const string KeepBest = """ "everySeconds": 0, "best": "loss" """;

    [Fact]
    public async Task Evaluation_AnyWorkers_GivesTheSameBits()
    {
        using var tiny = new TinyRun(""" "batchSize": 20, "shards": 8, "epochs": 5 """);
        RunFile run = Validated(tiny);
        var figures = new HashSet<string>();
        foreach (int workers in (int[])[1, 2, 3, 5])
        {
            var observer = new RecordingObserver();
            TrainingResult result = await LocalTraining.RunAsync(
                tiny.Request($"out-{workers}", workers) with { Run = run, Data = null }, observer, default);
            figures.Add(string.Join(' ', observer.Epochs.Select(epoch => $"{epoch.Validation!.Loss:R} {epoch.Validation.Accuracy:R}"))
                + $" {result.Summary.TestLoss:R} {result.Summary.TestAccuracy:R}");
            Assert.All(observer.Epochs, epoch => Assert.Equal((20, null), (epoch.Validation!.Rows, epoch.Test)));
            Assert.Equal((80, 20, 30), (result.Summary.TrainRows, result.Summary.ValidationRows, result.Summary.TestRows));
        }

        Assert.Single(figures);
    }

    [Fact]
    public async Task EarlyStopping_NoBetterLoss_EndsTheRunAndKeepsTheBest()
    {
        using var tiny = new TinyRun(Overfitting, KeepBest, optimizer: Optimizer);
        RunFile run = Validated(tiny);
        var observer = new RecordingObserver();

        TrainingResult result = await LocalTraining.RunAsync(
            tiny.Request("out", 2) with { Run = run, Data = null }, observer, default);

        double[] losses = [.. observer.Epochs.Select(epoch => epoch.Validation!.Loss)];
        int best = Array.IndexOf(losses, losses.Min());
        Assert.Equal(RunEndKind.Completed, result.End.Kind);
        Assert.Equal(best + 1 + 3, losses.Length);
        Assert.StartsWith("no better loss in 3 evaluations", result.End.Reason, StringComparison.Ordinal);
        Assert.Equal((best + 1) * result.Summary.Steps / losses.Length, result.Summary.BestStep);

        RunFile upToTheBest = tiny.Parse(
            ValidatedJson(tiny).Replace("\"epochs\": 200", $"\"steps\": {result.Summary.BestStep}"));
        TrainingResult shorter = await LocalTraining.RunAsync(
            tiny.Request("shorter") with { Run = upToTheBest, Data = null }, TrainingObserver.None, default);
        using TrainedModel kept = TrainedModel.Open(tiny.Out("out"), best: true);
        Assert.Equal(shorter.Summary.WeightsSha256, WeightsHash.Of(kept.Weights));
    }

    [Fact]
    public async Task EarlyStopping_Resumed_StaysStopped()
    {
        using var tiny = new TinyRun(Overfitting, KeepBest, optimizer: Optimizer);
        TrainingRequest request = tiny.Request("out") with { Run = Validated(tiny), Data = null };
        TrainingResult first = await LocalTraining.RunAsync(request, TrainingObserver.None, default);

        TrainingResult again = await LocalTraining.RunAsync(request with { Resume = true }, TrainingObserver.None, default);

        Assert.Equal(RunEndKind.Completed, again.End.Kind);
        Assert.Equal(first.Summary.Steps, again.Summary.Steps);
        Assert.Equal(first.Summary.WeightsSha256, again.Summary.WeightsSha256);
    }

    [Fact]
    public async Task EarlyStopping_StoppedAndResumed_EndsWhereTheUndisturbedRunDoes()
    {
        using var tiny = new TinyRun(Overfitting, KeepBest, optimizer: Optimizer);
        TrainingRequest request = tiny.Request("whole") with { Run = Validated(tiny), Data = null };
        TrainingResult whole = await LocalTraining.RunAsync(request, TrainingObserver.None, default);
        using var stop = new CancellationTokenSource();
        request = request with { OutFolder = tiny.Out("cut") };
        await LocalTraining.RunAsync(
            request, new RecordingObserver().At(whole.Summary.Steps - 7, stop.Cancel), stop.Token);

        TrainingResult resumed = await LocalTraining.RunAsync(
            request with { Resume = true, Workers = 3 }, TrainingObserver.None, default);

        Assert.Equal(whole.Summary.WeightsSha256, resumed.Summary.WeightsSha256);
        Assert.Equal(whole.Summary.BestStep, resumed.Summary.BestStep);
    }

    [Theory]
    [InlineData("\"best\": \"accuracy\"", "\"best\": \"rootMeanSquareError\"", "expected loss or accuracy")]
    [InlineData(", \"testRows\": 30", "", "needs rows to evaluate")]
    [InlineData("\"patience\": 3", "\"patience\": 3, \"metric\": \"loss\"", "give one of them")]
    public void BestFigure_ThatCannotBe_IsRefused(string before, string after, string expected)
    {
        using var tiny = new TinyRun(Overfitting, """ "everySeconds": 0, "best": "accuracy" """);
        RunFile run = tiny.Parse(tiny.Json.Replace(before, after));
        using Data.PreparedData data = Data.PreparedData.Prepare(run.Data, run.BaseFolder, 1);

        Assert.Contains(
            expected, Assert.Throws<RunFileException>(() => LoadedRun.Build(run, data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitialWeights_OfAFile_AreWhereTheRunStarts()
    {
        using var tiny = new TinyRun();
        TrainingResult first = await LocalTraining.RunAsync(tiny.Request("first"), TrainingObserver.None, default);
        string init = Path.Combine(tiny.Out("first"), "model.safetensors");
        RunFile still = tiny.Parse(tiny.Json.Replace(
            """{ "type": "adam", "learningRate": 0.01 }""",
            $$"""{ "type": "sgd", "learningRate": 1e-30 }, "initialWeights": "{{init}}" """));

        TrainingResult second = await LocalTraining.RunAsync(
            tiny.Request("second", 2) with { Run = still }, TrainingObserver.None, default);

        Assert.Equal(first.Summary.WeightsSha256, second.Summary.WeightsSha256);
    }

    [Fact]
    public async Task InitialWeights_OfAnotherModel_AreRefusedByTensorBeforeAnythingIsRemoved()
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("out"), TrainingObserver.None, default);
        string init = Path.Combine(tiny.Out("out"), "model.safetensors");
        RunFile wider = tiny.Parse(tiny.Json.Replace("\"units\": 16", "\"units\": 17").Replace(
            "\"epochs\": 6", $"\"epochs\": 6, \"initialWeights\": \"{init}\""));

        TrainedModelException refused = await Assert.ThrowsAsync<TrainedModelException>(() => LocalTraining.RunAsync(
            tiny.Request("out") with { Run = wider }, TrainingObserver.None, default));

        Assert.Contains("tensor layers.0.weight is F32 (5, 16), expected the shape (5, 17)", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(new CheckpointStore(Path.Combine(tiny.Out("out"), "checkpoints"), 1).Files());
    }

    private static RunFile Validated(TinyRun tiny) => tiny.Parse(ValidatedJson(tiny));

    private static string ValidatedJson(TinyRun tiny) =>
        tiny.Json.Replace("\"testRows\": 30", "\"testRows\": 30, \"validationRows\": 20");
}
