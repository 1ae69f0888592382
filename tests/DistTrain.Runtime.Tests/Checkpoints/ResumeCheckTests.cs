namespace DistTrain.Runtime.Tests.Checkpoints;

public sealed class ResumeCheckTests
{
    [Fact]
    public void ChangedKeys_OfNestedObjects_AreNamedByPath() => Assert.Equal(
        ["training.optimizer.learningRate", "training.seed", "model"],
        ResumeCheck.ChangedKeys(
            """{ "training": { "optimizer": { "learningRate": 0.1, "type": "sgd" } }, "model": [1, 2] }""",
            """{ "model": [1, 3], "training": { "optimizer": { "type": "sgd", "learningRate": 0.2 }, "seed": 4 } }"""));

    [Theory]
    [InlineData("\"epochs\": 6", "\"epochs\": 9", null)]
    [InlineData("\"everySeconds\": 0", "\"everySeconds\": 9", null)]
    [InlineData("\"rate\": 0.1", "\"rate\": 0.2", "model.layers")]
    [InlineData("\"learningRate\": 0.01", "\"learningRate\": 0.02", "training.optimizer.learningRate")]
    [InlineData("\"epochs\": 6", "\"epochs\": 6, \"schedule\": \"cosine\"", "training.schedule.type")]
    [InlineData("\"epochs\": 6", "\"epochs\": 6, \"schedule\": { \"type\": \"constant\", \"warmupSteps\": 2 }", "training.schedule.warmupSteps")]
    [InlineData("\"epochs\": 6", "\"epochs\": 6, \"evaluateEveryEpochs\": 2", null)]
    [InlineData("\"epochs\": 6", "\"epochs\": 6, \"seed\": 2", "training.seed")]
    [InlineData("\"epochs\": 6", "\"steps\": 3", "now ends after 3")]
    [InlineData("\"units\": 16", "\"units\": 17", "another model")]
    public void Require_AChange_IsLetThroughOnlyWhereItMakesSense(string before, string after, string? named)
    {
        using var tiny = new TinyRun();
        LoadedRun changed = LoadedRun.Build(tiny.Parse(tiny.Json.Replace(before, after)), tiny.Data);
        CheckpointHeader header = HeaderOf(tiny.Loaded);

        Exception? refused = Record.Exception(() => ResumeCheck.Require(header, changed, force: false));

        if (named is null)
        {
            Assert.Null(refused);
        }
        else
        {
            Assert.Contains(named, Assert.IsType<RunFileException>(refused).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Those are named without which the run file would still lead to the weights from its start.</summary>
    [Theory]
    [InlineData("\"epochs\": 6", "\"epochs\": 9", "")]
    [InlineData("\"shards\": 8", "\"shards\": 4", "training.shards")]
    [InlineData("\"everySeconds\": 0", "\"everySeconds\": 9, \"best\": \"loss\"", "")]
    [InlineData("\"epochs\": 6", "\"epochs\": 6, \"evaluateEveryEpochs\": 2, \"logEverySteps\": 3", "")]
    [InlineData("\"epochs\": 6", "\"epochs\": 9, \"schedule\": \"cosine\"", "training.epochs training.schedule.type training.schedule.warmupSteps training.schedule.minimumFactor")]
    [InlineData("\"epochs\": 6", "\"epochs\": 6, \"earlyStopping\": { \"patience\": 2 }, \"evaluateEveryEpochs\": 2", "training.evaluateEveryEpochs training.earlyStopping")]
    [InlineData("tiny.csv", "./tiny.csv", "")]
    public void DecidingKeys_AChange_IsNamedWhereItCanChangeTheWeights(string before, string after, string named)
    {
        using var tiny = new TinyRun();
        LoadedRun changed = LoadedRun.Build(tiny.Parse(tiny.Json.Replace(before, after)), tiny.Data);

        Assert.Equal(
            named.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(),
            ResumeCheck.DecidingKeys(HeaderOf(tiny.Loaded), changed).Order());
    }

    [Fact]
    public void DecidingKeys_OtherSamples_AreNamedAsData()
    {
        using var tiny = new TinyRun();
        using var other = new TinyRun(rows: 140);

        Assert.Equal("data", Assert.Single(ResumeCheck.DecidingKeys(HeaderOf(tiny.Loaded), other.Loaded)));
    }

    private static CheckpointHeader HeaderOf(LoadedRun run) => new()
    {
        Term = 1,
        Step = 5,
        RunHash = run.RunHash,
        DataHash = run.Data.ContentHash,
        RunJson = run.RunJson,
        ParameterCount = run.Network.Parameters.Length,
        StateCount = 0,
        Progress = new RunProgress(),
    };
}
