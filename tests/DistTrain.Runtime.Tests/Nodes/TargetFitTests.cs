using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.Nodes;

public sealed class TargetFitTests
{
    [Theory]
    [InlineData("kind", "classes", "classes", "softmaxCrossEntropy", null)]
    [InlineData("kind", "classes", "5", "softmaxCrossEntropy", null)]
    [InlineData("kind", "classes", "2", "softmaxCrossEntropy", "the last layer gives (2), but the data has 3 classes: ")]
    [InlineData("kind", "classes", "1", "binaryCrossEntropyWithLogits", "tells two classes apart, but the data has 3: ")]
    [InlineData("kind", "classes", "1", "halfSquaredError", "tells two classes apart, but the data has 3: ")]
    [InlineData("kind", "classes", "1", "meanAbsolute", "learns values, but data.targets is \"classes\": ")]
    [InlineData("kind", "classes", "3", "huber", "learns values, but data.targets is \"classes\": ")]
    [InlineData("side", "classes", "1", "binaryCrossEntropyWithLogits", null)]
    [InlineData("side", "classes", "1", "halfSquaredError", null)]
    [InlineData("kind", "values", "3", "softmaxCrossEntropy", "learns classes, but data.targets is \"values\": ")]
    [InlineData("side", "values", "1", "binaryCrossEntropyWithLogits", "learns classes, but data.targets is \"values\": ")]
    [InlineData("kind", "values", "1", "meanAbsolute", null)]
    [InlineData("kind", "values", "2", "huber", "the last layer gives (2), but a sample has 1 target value: end with a linear layer of 1 unit")]
    [InlineData("kind\", \"side", "values", "1", "halfSquaredError", "but a sample has 2 target values: end with a linear layer of 2 units")]
    public void Build_LossAndOutputsBesideTargets_RefusesWhatDoesNotFit(
        string labels, string targets, string units, string loss, string? expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rows.csv"], "a,kind,side\n0.1,0,0\n0.2,1,1\n0.3,2,0\n0.4,1,1\n");
        string size = units == "classes" ? "\"classes\"" : units;
        RunFile run = RunFile.Parse(
            $$"""
            {
              "data": {
                "format": "csv", "file": "rows.csv", "features": "a", "labels": ["{{labels}}"], "targets": "{{targets}}"
              },
              "model": { "layers": [{ "type": "linear", "units": {{size}} }], "loss": "{{loss}}" },
              "training": { "batchSize": 2, "epochs": 1, "optimizer": { "type": "sgd", "learningRate": 0.1 } }
            }
            """,
            folder["run.json"]);
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
}
