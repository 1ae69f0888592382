using DistTrain.Data;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

/// <summary>Steady training allocates nothing on a worker's compute path: no pause of the collector falls into a step.</summary>
public sealed class ComputePathTests
{
    [Theory]
    [InlineData("64", """{ "type": "linear", "units": 24 }, "relu", { "type": "linear", "units": "classes" }""")]
    [InlineData("1, 8, 8", """{ "type": "conv2d", "channels": 3, "kernel": 3 }, { "type": "maxPool2d", "window": 2 }, "flatten", { "type": "linear", "units": "classes" }""")]
    [InlineData("1, 8, 8", """{ "type": "conv2d", "channels": 3, "kernel": 3 }, "batchNorm", "relu", { "type": "averagePool2d", "window": 2 }, "flatten", { "type": "dropout", "rate": 0.4 }, { "type": "linear", "units": "classes" }""")]
    [InlineData("64", """{ "type": "linear", "units": 16 }, { "type": "residual", "layers": ["layerNorm", { "type": "linear", "units": 16 }, "gelu"] }, "tanh", { "type": "linear", "units": 12 }, "sigmoid", { "type": "leakyRelu", "slope": 0.1 }, { "type": "linear", "units": "classes" }""")]
    [InlineData("64", """{ "type": "embedding", "count": 256, "width": 2 }, "flatten", { "type": "linear", "units": "classes" }""")]
    public void AllocatedBytesPerStep_EveryLayer_IsZero(string shape, string layers)
    {
        RunFile run = RunFile.Parse(
            $$"""
            {
              "data": { "format": "synthetic", "rows": 64, "shape": [{{shape}}], "classes": 4 },
              "model": { "layers": [{{layers}}], "loss": "softmaxCrossEntropy" },
              "training": { "batchSize": 24, "epochs": 1, "optimizer": { "type": "sgd", "learningRate": 0.1 } }
            }
            """,
            "allocations.json");
        using PreparedData data = PreparedData.Prepare(run.Data, "/nowhere", seed: 1);

        Assert.Equal(0, ComputePath.AllocatedBytesPerStep(LoadedRun.Build(run, data)));
    }
}
