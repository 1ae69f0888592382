using System.Collections.Immutable;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Models that are timed by name, on samples made up: the same that the peers' scripts train.</summary>
public static class BenchmarkModels
{
    /// <summary>Name, what it is, and how many steps take a few seconds.</summary>
    public static ImmutableArray<(string Name, string Description, int Steps)> All { get; } =
    [
        ("mlp", "784-512-256-10, ReLU", 300),
        ("wide", "784-2048-2048-10, ReLU", 60),
        ("cnn", "conv 5×5×20, max-pool 2, conv 5×5×50, max-pool 2, linear 500, ReLU, linear 10", 100),
    ];

    /// <summary>The run file of a model of <see cref="All"/>: batch 512, SGD 0.01 without momentum.</summary>
    public static string RunJson(string name) => $$"""
        {
          "data": {
            "format": "synthetic", "rows": 8192, "shape": [1, 28, 28],
            "scaling": { "type": "divideBy", "divisor": 255 }
          },
          "model": { "layers": [{{Layers(name)}}], "loss": "softmaxCrossEntropy" },
          "training": {
            "batchSize": 512, "epochs": 1, "shuffle": false, "optimizer": { "type": "sgd", "learningRate": 0.01 }
          }
        }
        """;

    private static string Layers(string name) => name switch
    {
        "mlp" => $"\"flatten\", {Linear(512)}, \"relu\", {Linear(256)}, \"relu\", {Linear(10)}",
        "wide" => $"\"flatten\", {Linear(2048)}, \"relu\", {Linear(2048)}, \"relu\", {Linear(10)}",
        "cnn" => $"{Convolution(20)}, {Pool}, {Convolution(50)}, {Pool}, \"flatten\", {Linear(500)}, \"relu\", {Linear(10)}",
        _ => throw new ArgumentException($"{name} is no benchmark model", nameof(name)),
    };

    private static string Linear(int units) => $$"""{ "type": "linear", "units": {{units}} }""";

    private static string Convolution(int channels) => $$"""{ "type": "conv2d", "channels": {{channels}}, "kernel": 5 }""";

    private const string Pool = """{ "type": "maxPool2d", "window": 2 }""";
}
