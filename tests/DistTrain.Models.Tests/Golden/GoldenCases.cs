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
        ["silu"] = Plane(new SiluSpec()),
        ["elu"] = Plane(new EluSpec(0.7f)),
        ["softmax"] = Plane(new SoftmaxSpec()),
        ["flatten"] = Plane(new FlattenSpec()),
        ["halfSquaredError"] = Model(new Shape(4), new HalfSquaredErrorSpec(), new LinearSpec(5)),
        ["meanAbsolute"] = Model(new Shape(4), new MeanAbsoluteSpec(), new LinearSpec(5)),
        ["huber"] = Model(new Shape(4), new HuberSpec(0.7f), new LinearSpec(5)),
        ["softmaxCrossEntropy"] = Model(new Shape(4), new SoftmaxCrossEntropySpec(), new LinearSpec(5)),
        ["softmaxCrossEntropySmoothed"] = Model(new Shape(4), new SoftmaxCrossEntropySpec(0.1f), new LinearSpec(5)),
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
        ["conv2d"] = Model(new Shape(2, 7, 6), new HalfSquaredErrorSpec(), new Conv2dSpec(3, 3, 2)),
        ["conv2dStridedPadded"] = Model(
            new Shape(3, 9, 8), new HalfSquaredErrorSpec(),
            new Conv2dSpec(5, 4, 3) { StrideHeight = 2, StrideWidth = 3, PaddingHeight = 2, PaddingWidth = 1 }),
        ["conv2dWithoutBias"] = Model(
            new Shape(5, 5, 5), new HalfSquaredErrorSpec(), new Conv2dSpec(17, 1, 1, Bias: false)),
        ["maxPool2d"] = Model(new Shape(2, 6, 8), new HalfSquaredErrorSpec(), new MaxPool2dSpec(2, 2)),
        ["maxPool2dStridedPadded"] = Model(
            new Shape(2, 7, 9), new HalfSquaredErrorSpec(),
            new MaxPool2dSpec(3, 2) { StrideHeight = 2, StrideWidth = 3, PaddingHeight = 1, PaddingWidth = 1 }),
        ["averagePool2d"] = Model(new Shape(2, 6, 9), new HalfSquaredErrorSpec(), new AveragePool2dSpec(2, 3)),
        ["averagePool2dStridedPadded"] = Model(
            new Shape(2, 7, 9), new HalfSquaredErrorSpec(),
            new AveragePool2dSpec(3, 2) { StrideHeight = 2, StrideWidth = 3, PaddingHeight = 1, PaddingWidth = 1 }),
        ["globalAveragePool2d"] = Model(new Shape(3, 5, 7), new HalfSquaredErrorSpec(), new GlobalAveragePool2dSpec()),
        ["modelCnn"] = Model(
            new Shape(1, 16, 16), new SoftmaxCrossEntropySpec(),
            new Conv2dSpec(4, 5, 5), new MaxPool2dSpec(2, 2), new Conv2dSpec(6, 3, 3), new MaxPool2dSpec(2, 2),
            new FlattenSpec(), new LinearSpec(20), new ReluSpec(), new LinearSpec(10)),
        ["modelBatchNormResidual"] = Model(
            new Shape(2, 8, 8), new SoftmaxCrossEntropySpec(),
            new Conv2dSpec(4, 3, 3, Bias: false) { PaddingHeight = 1, PaddingWidth = 1 }, new BatchNormSpec(), new ReluSpec(),
            new ResidualSpec(
            [
                new Conv2dSpec(4, 3, 3, Bias: false) { PaddingHeight = 1, PaddingWidth = 1 }, new BatchNormSpec(),
                new ReluSpec(),
                new Conv2dSpec(4, 3, 3, Bias: false) { PaddingHeight = 1, PaddingWidth = 1 }, new BatchNormSpec(),
            ]),
            new ReluSpec(), new AveragePool2dSpec(2, 2), new FlattenSpec(), new LinearSpec(12), new LayerNormSpec(),
            new GeluSpec(), new LinearSpec(5)),
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
