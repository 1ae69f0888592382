using DistTrain.Data;
using DistTrain.Models;

namespace DistTrain.Runtime.Tests.Nodes;

public sealed class ShardFitTests
{
    private const string Norm = "\"batchNorm\"";

    private const string Inner = """{ "type": "residual", "name": "block", "layers": ["relu", "batchNorm"] }""";

    [Theory]
    [InlineData(Norm, 16, 8, null)]
    [InlineData(Norm, 2, 1, null)]
    [InlineData(Norm, 15, 8, "layer 0 (batchNorm) normalises over the rows of a shard, but a batch of 15 in 8 shards has shards of one "
        + "row, which it would make all alike: set training.shards to 7 at most, or training.batchSize to 16 at least")]
    [InlineData(Norm, 4, 8, "set training.shards to 2 at most, or training.batchSize to 16 at least")]
    [InlineData(Norm, 1, 1, "set training.batchSize to twice training.shards at least")]
    [InlineData(Norm, 64, 16, "a batch of 20 in 16 shards has shards of one row, which it would make all alike: set training.shards to 10 at most")]
    [InlineData(Inner, 8, 8, "layer block.1 (batchNorm) normalises")]
    [InlineData("\"layerNorm\"", 1, 8, null)]
    public void Build_BatchNormOfFeatures_RefusesShardsOfOneRow(string layer, int batchSize, int shards, string? expected) =>
        Check(layer, "", batchSize, shards, expected);

    [Fact]
    public void Build_BatchNormOfPlanes_TakesShardsOfOneRow() =>
        Check(Norm, ", \"shape\": [1, 1, 2]", batchSize: 8, shards: 8, expected: null);

    private static void Check(string layer, string data, int batchSize, int shards, string? expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder["rows.csv"], Enumerable.Range(0, 20).Select(row => $"{row},{row * row},{row % 2}").Prepend("a,b,kind"));
        RunFile run = RunFile.Parse(
            $$"""
            {
              "data": { "format": "csv", "file": "rows.csv", "labels": "kind"{{data}} },
              "model": {
                "layers": [{{layer}}, "flatten", { "type": "linear", "units": "classes" }], "loss": "softmaxCrossEntropy"
              },
              "training": {
                "batchSize": {{batchSize}}, "shards": {{shards}}, "epochs": 1, "optimizer": { "type": "sgd", "learningRate": 0.1 }
              }
            }
            """,
            folder["run.json"]);
        using PreparedData prepared = PreparedData.Prepare(run.Data, run.BaseFolder, 1);

        if (expected is null)
        {
            LoadedRun.Build(run, prepared);
        }
        else
        {
            Assert.Contains(
                expected, Assert.Throws<ModelException>(() => LoadedRun.Build(run, prepared)).Message, StringComparison.Ordinal);
        }
    }
}
