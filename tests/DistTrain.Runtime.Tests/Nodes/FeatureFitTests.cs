using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.Nodes;

public sealed class FeatureFitTests
{
    private const string Embedding = """{ "type": "embedding", "count": 5, "width": 2 }""";

    [Theory]
    [InlineData("4", "none", null)]
    [InlineData("-0", "none", null)]
    [InlineData("-1", "none", "row 2 (from 0) of the training part, feature \"b\": -1 is no index for layer 0 (embedding), "
        + "expected a whole number from 0 to 4; correct it, or give the layer a larger count")]
    [InlineData("5", "none", "\"b\": 5 is no index for layer 0 (embedding), expected a whole number from 0 to 4")]
    [InlineData("1.5", "none", "\"b\": 1.5 is no index")]
    [InlineData("3e9", "none", "\"b\": 3E+09 is no index")]
    [InlineData("4", "standardize", "row 0 (from 0) of the training part, feature \"a\": -")]
    [InlineData("4", "standardize", "correct it, and leave indices as they are: without data.scaling")]
    public void Build_FeaturesOfAnEmbedding_RefusesWhatIsNoIndex(string value, string scaling, string? expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], $"a,b,kind\n0,1,0\n2,3,1\n4,{value},0\n1,1,1\n");
        RunFile run = RunWith(Embedding, $"\"scaling\": \"{scaling}\"", folder);
        using PreparedData data = PreparedData.Prepare(run.Data, run.BaseFolder, 1);

        if (expected is null)
        {
            LoadedRun.Build(run, data);
        }
        else
        {
            Assert.Contains(
                expected, Assert.Throws<ModelException>(() => LoadedRun.Build(run, data)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Build_TestPartOfAnEmbedding_IsLookedAtToo()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], "a,b,kind\n0,1,0\n2,3,1\n4,4,0\n1,1,1\n");
        File.WriteAllText(folder["test.csv"], "a,b,kind\n0,1,0\n9,3,1\n");
        RunFile run = RunWith(Embedding, "\"testFile\": \"test.csv\"", folder);
        using PreparedData data = PreparedData.Prepare(run.Data, run.BaseFolder, 1);

        Assert.StartsWith(
            "row 1 (from 0) of the test part, feature \"a\": 9 is no index",
            Assert.Throws<ModelException>(() => LoadedRun.Build(run, data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainedModel_RowsThatAreNoIndices_AreNamedWherePredictedAndEvaluated()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], "a,b,kind\n0,1,0\n2,3,1\n4,4,0\n1,1,1\n");
        File.WriteAllText(folder["other.csv"], "a,b,kind\n0,1,0\n2,3,1\n4,-1,0\n");
        var request = new TrainingRequest { Run = RunWith(Embedding, "\"scaling\": \"none\"", folder), OutFolder = folder["out"] };
        await LocalTraining.RunAsync(request, TrainingObserver.None, default);
        using TrainedModel model = TrainedModel.Open(folder["out"]);
        using PreparedData data = EvaluationData.Open(model, folder["other.csv"], labels: null);
        using var reader = FeatureReader.Open(folder["other.csv"], model.Features);
        using var lines = new StringWriter();

        Assert.StartsWith(
            "row 2 (from 0) of the rows, feature \"b\": -1 is no index",
            Assert.Throws<ModelException>(() => ModelEvaluation.Run(model, data.Train)).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            $"row 2 (from 0) of {reader.Name}, feature \"b\": -1 is no index",
            Assert.Throws<DataException>(
                () => Predictor.Run(model, reader, new CsvPredictionWriter(lines, model.Outputs), default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Build_WithoutAnEmbedding_TakesAnyFeature()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], "a,b,kind\n-1,1.5,0\n2,3e9,1\n");
        RunFile run = RunWith("\"relu\"", "\"scaling\": \"none\"", folder);
        using PreparedData data = PreparedData.Prepare(run.Data, run.BaseFolder, 1);

        Assert.False(LoadedRun.Build(run, data).Network.ReadsIndices);
    }

    /// <param name="data">Keys of the data section beside file and labels.</param>
    private static RunFile RunWith(string firstLayer, string data, TemporaryFolder folder) => RunFile.Parse(
        $$"""
        {
          "data": { "format": "csv", "file": "rows.csv", "labels": "kind", {{data}} },
          "model": {
            "layers": [{{firstLayer}}, "flatten", { "type": "linear", "units": "classes" }],
            "loss": "softmaxCrossEntropy"
          },
          "training": { "batchSize": 2, "epochs": 1, "optimizer": { "type": "sgd", "learningRate": 0.1 } }
        }
        """,
        folder["run.json"]);
}
