using System.Text.Json.Nodes;

namespace DistTrain.Runtime.Tests.TrainedModels;

public sealed class RunComparisonTests
{
    [Fact]
    public async Task Of_OneRunWithOtherWorkers_FindsEqualWeights()
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("one"), TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("two", workers: 3), TrainingObserver.None, default);

        var comparison = RunComparison.Of(tiny.Out("one"), tiny.Out("two"));

        Assert.True(comparison.WeightsAreEqual);
        Assert.Empty(comparison.DifferentKeys);
        Assert.Null(comparison.FirstEpochApart);
        Assert.Equal(tiny.Out("two"), comparison.Second.Folder);
        Assert.Equal(3, comparison.Second.Summary.Workers);
    }

    [Fact]
    public async Task Of_RunsThatPartInTheThirdEpoch_SaysWhereAndByWhat()
    {
        using var tiny = new TinyRun();
        RunFile halved = tiny.Parse(tiny.Json.Replace(
            "\"epochs\": 6", "\"epochs\": 6, \"schedule\": { \"type\": \"step\", \"everySteps\": 10, \"factor\": 0.5 }", StringComparison.Ordinal));
        RunFile kept = tiny.Parse(tiny.Json.Replace(
            "\"epochs\": 6", "\"epochs\": 6, \"schedule\": { \"type\": \"step\", \"everySteps\": 10, \"factor\": 0.9 }", StringComparison.Ordinal));
        await LocalTraining.RunAsync(tiny.Request("halved") with { Run = halved }, TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("kept") with { Run = kept }, TrainingObserver.None, default);

        var comparison = RunComparison.Of(tiny.Out("halved"), tiny.Out("kept"));

        Assert.False(comparison.WeightsAreEqual);
        Assert.Equal("training.schedule.factor", Assert.Single(comparison.DifferentKeys));
        Assert.Equal(3, comparison.FirstEpochApart);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("summary.json")]
    public async Task Of_AFolderWithAFileOfAnotherRun_IsRefused(string foreign)
    {
        using var tiny = new TinyRun();
        RunFile other = tiny.Parse(tiny.Json.Replace("\"epochs\": 6", "\"epochs\": 5", StringComparison.Ordinal));
        await LocalTraining.RunAsync(tiny.Request("one"), TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("two") with { Run = other }, TrainingObserver.None, default);
        File.Copy(Path.Combine(tiny.Out("two"), foreign), Path.Combine(tiny.Out("one"), foreign), overwrite: true);

        TrainedModelException refused = Assert.Throws<TrainedModelException>(
            () => RunComparison.Of(tiny.Out("two"), tiny.Out("one")));

        Assert.Contains("one of them was changed after the run", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_ARunWithoutSummary_IsRefused()
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("one"), TrainingObserver.None, default);
        File.Delete(Path.Combine(tiny.Out("one"), "summary.json"));

        Assert.Throws<TrainedModelException>(() => RunComparison.Of(tiny.Out("one"), tiny.Out("one")));
    }

    [Theory]
    [InlineData("weightsSha256", "null", "it has no weightsSha256 of 64 digits")]
    [InlineData("weightsSha256", "\"ab\"", "it has no weightsSha256 of 64 digits")]
    [InlineData("origin", "null", "its origin is null")]
    public async Task Of_ASummaryWithoutWhatIsCompared_IsRefused(string key, string value, string expected)
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("one"), TrainingObserver.None, default);
        string path = Path.Combine(tiny.Out("one"), "summary.json");
        JsonObject summary = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        summary[key] = JsonNode.Parse(value);
        File.WriteAllText(path, summary.ToJsonString());

        TrainedModelException refused = Assert.Throws<TrainedModelException>(
            () => RunComparison.Of(tiny.Out("one"), tiny.Out("one")));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    /// <remarks>They have neither version nor origin.</remarks>
    [Fact]
    public async Task Of_ARunOfAnEarlierVersion_ComparesTheWeights()
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("one"), TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("two"), TrainingObserver.None, default);
        string path = Path.Combine(tiny.Out("two"), "summary.json");
        JsonObject summary = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        summary.Remove("version");
        summary.Remove("origin");
        File.WriteAllText(path, summary.ToJsonString());

        var comparison = RunComparison.Of(tiny.Out("one"), tiny.Out("two"));

        Assert.True(comparison.WeightsAreEqual);
        Assert.Equal(RunOrigin.ProgramVersion, comparison.First.Summary.Version);
        Assert.Null(comparison.Second.Summary.Version);
        Assert.Null(comparison.Second.Summary.Origin.InitialWeightsSha256);
    }

    /// <remarks>What cannot be read of the losses is left out; the weights alone decide.</remarks>
    [Theory]
    [InlineData("{\"kind\":\"epoch\",\"ep")]
    [InlineData("{\"kind\":\"epoch\",\"epoch\":1.5,\"trainLoss\":1}")]
    [InlineData("[1]")]
    public async Task Of_RunsWithoutReadableMetrics_StillComparesTheWeights(string line)
    {
        using var tiny = new TinyRun();
        await LocalTraining.RunAsync(tiny.Request("one"), TrainingObserver.None, default);
        await LocalTraining.RunAsync(tiny.Request("two"), TrainingObserver.None, default);
        File.Delete(Path.Combine(tiny.Out("one"), "metrics.jsonl"));
        File.WriteAllText(Path.Combine(tiny.Out("two"), "metrics.jsonl"), line);

        Assert.True(RunComparison.Of(tiny.Out("one"), tiny.Out("two")).WeightsAreEqual);
    }
}
