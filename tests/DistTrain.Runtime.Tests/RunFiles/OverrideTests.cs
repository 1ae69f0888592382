using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.RunFiles;

public sealed class OverrideTests : IDisposable
{
    private const string Run = """
        {
          "data": { "format": "csv", "file": "rows.csv", "labels": "kind" },
          "model": { "layers": [{ "type": "linear", "units": 4 }], "loss": "softmaxCrossEntropy" },
          "training": { "batchSize": 32, "epochs": 2, "optimizer": { "type": "sgd", "learningRate": 0.1 } }
        }
        """;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"disttrain-{Guid.NewGuid():N}.json");

    public OverrideTests() => File.WriteAllText(_path, Run);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Load_WithOverrides_TheLastOneWins()
    {
        RunFile run = RunFile.Load(_path, ["training.epochs=3", "training.epochs=4", "checkpoint.keep=7"]);

        Assert.Equal(4, run.Training.Epochs);
        Assert.Equal(7, run.Checkpoint.Keep);
    }

    [Fact]
    public void Load_OverrideIsAnObjectOrAListEntry_ReplacesIt()
    {
        RunFile run = RunFile.Load(
            _path, ["training.optimizer={\"type\": \"adam\", \"learningRate\": 0.5}", "model.layers.0.units=9"]);

        Assert.Equal(new AdamSpec(0.5f), run.Training.Update.Optimizer);
        Assert.Contains("\"units\": 9", run.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OverrideIsAPath_IsRelativeToTheWorkingFolder() => Assert.Equal(
        Path.GetFullPath("other.csv"),
        ((CsvDataSpec)RunFile.Load(_path, ["data.file=other.csv"]).Data).File);

    [Fact]
    public void Load_OverrideIsNull_RemovesTheKey() =>
        Assert.Equal(5, RunFile.Load(_path, ["training.epochs=null", "training.steps=5"]).Training.Steps);

    [Theory]
    [InlineData("training.epochs", "--set training.epochs: expected path=value, as in --set training.epochs=3")]
    [InlineData("=3", "--set =3: expected path=value, as in --set training.epochs=3")]
    [InlineData("training.epochs=few",
        "--set training.epochs=few: training.epochs is the text \"few\"; expected a whole number, 1 or more")]
    [InlineData("training.epoch=3", "--set training.epoch=3: training.epoch is unknown; did you mean training.epochs?")]
    [InlineData("trainig.epochs=3", "--set trainig.epochs=3: trainig is unknown; did you mean training?")]
    [InlineData("model.layers.7.units=3",
        "--set model.layers.7.units=3: model.layers is a list of 1, so a position from 0 to 0 was expected instead of 7")]
    [InlineData("training.epochs.x=3", "--set training.epochs.x=3: training.epochs is a number, so there is no x in it")]
    public void Load_OverrideIsWrong_NamesTheFlag(string argument, string message) =>
        Assert.Equal(message, Assert.Throws<RunFileException>(() => RunFile.Load(_path, [argument])).Message);
}
