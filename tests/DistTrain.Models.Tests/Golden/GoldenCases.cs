using DistTrain.Numerics;

namespace DistTrain.Models.Tests;

/// <summary>The models of the golden fixtures, by name; make_fixtures.py builds the same ones in PyTorch.</summary>
internal static class GoldenCases
{
    public static IReadOnlyDictionary<string, ModelSpec> All { get; } = new Dictionary<string, ModelSpec>
    {
        ["relu"] = Plane(new ReluSpec()),
        ["leakyRelu"] = Plane(new LeakyReluSpec(0.1f)),
        ["sigmoid"] = Plane(new SigmoidSpec()),
        ["tanh"] = Plane(new TanhSpec()),
        ["gelu"] = Plane(new GeluSpec()),
        ["softmax"] = Plane(new SoftmaxSpec()),
        ["flatten"] = Plane(new FlattenSpec()),
        ["halfSquaredError"] = Model(new Shape(4), new HalfSquaredErrorSpec(), new LinearSpec(5)),
        ["meanAbsolute"] = Model(new Shape(4), new MeanAbsoluteSpec(), new LinearSpec(5)),
        ["huber"] = Model(new Shape(4), new HuberSpec(0.7f), new LinearSpec(5)),
        ["softmaxCrossEntropy"] = Model(new Shape(4), new SoftmaxCrossEntropySpec(), new LinearSpec(5)),
        ["binaryCrossEntropyWithLogits"] =
            Model(new Shape(4), new BinaryCrossEntropyWithLogitsSpec(), new LinearSpec(1)),
        ["linear"] = Model(new Shape(7), new HalfSquaredErrorSpec(), new LinearSpec(5)),
        ["linearWithoutBias"] = Model(new Shape(19), new HalfSquaredErrorSpec(), new LinearSpec(33, Bias: false)),
        ["layerNorm"] = Model(new Shape(3, 4, 5), new HalfSquaredErrorSpec(), new LayerNormSpec()),
        ["batchNormFeatures"] = Model(new Shape(11), new HalfSquaredErrorSpec(), new BatchNormSpec()),
        ["batchNormChannels"] = Model(new Shape(3, 4, 5), new HalfSquaredErrorSpec(), new BatchNormSpec()),
        ["residual"] = Model(
            new Shape(6), new HalfSquaredErrorSpec(),
            new ResidualSpec([new LinearSpec(8), new TanhSpec(), new LinearSpec(6)])),
        ["embedding"] = Model(new Shape(4), new HalfSquaredErrorSpec(), new EmbeddingSpec(9, 3)),
        ["modelMlp"] = Model(
            new Shape(20), new SoftmaxCrossEntropySpec(),
            new LinearSpec(16), new ReluSpec(), new LinearSpec(12), new ReluSpec(), new LinearSpec(5)),
        ["modelWideMlp"] = Model(
            new Shape(24), new SoftmaxCrossEntropySpec(),
            new LinearSpec(40), new ReluSpec(), new LinearSpec(40), new ReluSpec(), new LinearSpec(10)),
    };

    private static ModelSpec Plane(LayerSpec layer) => Model(new Shape(2, 3, 7), new HalfSquaredErrorSpec(), layer);

    private static ModelSpec Model(Shape input, LossSpec loss, params ReadOnlySpan<LayerSpec> layers) =>
        new(input, [.. layers], loss);
}
