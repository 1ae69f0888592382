using System.Collections.Immutable;

namespace DistTrain.Models.Probe;

/// <summary>Small models, each with one layer of interest between others, that the table tests run through.</summary>
internal static class LayerCases
{
    public static readonly ImmutableDictionary<string, Func<ModelSpec>> All = new Dictionary<string, Func<ModelSpec>>
    {
        ["linear"] = () => Model(7, new HalfSquaredErrorSpec(), new LinearSpec(5), new LinearSpec(3, Bias: false)),
        ["linear wide"] = () => Model(40, new HalfSquaredErrorSpec(), new LinearSpec(85), new LinearSpec(18)),
        ["relu"] = () => Activation(new ReluSpec()),
        ["leakyRelu"] = () => Activation(new LeakyReluSpec(0.1f)),
        ["sigmoid"] = () => Activation(new SigmoidSpec()),
        ["tanh"] = () => Activation(new TanhSpec()),
        ["gelu"] = () => Activation(new GeluSpec()),
        ["silu"] = () => Activation(new SiluSpec()),
        ["elu"] = () => Activation(new EluSpec()),
        ["elu with alpha"] = () => Activation(new EluSpec(0.7f)),
        ["softmax"] = () => Activation(new SoftmaxSpec()),
        ["dropout"] = () => Activation(new DropoutSpec(0.4f)),
        ["dropout first"] = () => Model(9, new HalfSquaredErrorSpec(), new DropoutSpec(0.3f), new LinearSpec(2)),
        ["relu then dropout"] = () => Model(
            9, new HalfSquaredErrorSpec(), new LinearSpec(19), new ReluSpec(), new DropoutSpec(0.5f), new LinearSpec(2)),
        ["flatten first"] = () => Case.Model(
            [2, 3, 4], new HalfSquaredErrorSpec(), new FlattenSpec(), new LinearSpec(6), new ReluSpec(), new LinearSpec(2)),
        ["layers without parameters in front"] = () => Model(
            6, new HalfSquaredErrorSpec(), new LeakyReluSpec(), new FlattenSpec(), new ReluSpec(), new LinearSpec(2)),
        ["activation last"] = () => Model(6, new HalfSquaredErrorSpec(), new LinearSpec(3), new ReluSpec(), new FlattenSpec()),
        ["batchNorm of features"] = () => Activation(new BatchNormSpec()),
        ["batchNorm of planes"] = () => Case.Model(
            [3, 5, 7], new HalfSquaredErrorSpec(), new BatchNormSpec(), new ReluSpec(), new BatchNormSpec(), new FlattenSpec(), new LinearSpec(2)),
        ["layerNorm"] = () => Activation(new LayerNormSpec()),
        ["layerNorm first"] = () => Case.Model(
            [2, 20], new HalfSquaredErrorSpec(), new LayerNormSpec(), new FlattenSpec(), new LinearSpec(2)),
        ["residual"] = () => Activation(new ResidualSpec(
            [new LayerNormSpec(), new ResidualSpec([new TanhSpec()]), new ReluSpec()])),
        ["residual first"] = () => Model(
            6, new HalfSquaredErrorSpec(), new ResidualSpec([new ReluSpec(), new LinearSpec(6)]), new LinearSpec(2)),
        ["residual without parameters"] = () => Activation(new ResidualSpec([new ReluSpec(), new SigmoidSpec()])),
        ["conv2d"] = () => Case.Model(
            [2, 6, 7],
            new HalfSquaredErrorSpec(),
            new Conv2dSpec(3, 3, 2),
            new ReluSpec(),
            new Conv2dSpec(2, 2, 3, Bias: false),
            new FlattenSpec(),
            new LinearSpec(2)),
        ["conv2d with stride and padding"] = () => Case.Model(
            [2, 6, 7],
            new HalfSquaredErrorSpec(),
            new Conv2dSpec(3, 3, 3) { StrideHeight = 2, PaddingHeight = 1, PaddingWidth = 2 },
            new TanhSpec(),
            new Conv2dSpec(2, 3, 3) { StrideHeight = 2, StrideWidth = 2, PaddingHeight = 1, PaddingWidth = 1 },
            new FlattenSpec(),
            new LinearSpec(2)),
        ["maxPool2d"] = () => Pool(new MaxPool2dSpec(2, 2)),
        ["maxPool2d with overlap and padding"] = () => Pool(new MaxPool2dSpec(3, 2)
        {
            StrideHeight = 2, StrideWidth = 1, PaddingHeight = 1, PaddingWidth = 1,
        }),
        ["maxPool2d of equal values"] = () => Case.Model(
            [2, 7, 8],
            new HalfSquaredErrorSpec(),
            new Conv2dSpec(3, 2, 2),
            new ReluSpec(),
            new MaxPool2dSpec(3, 3) { StrideHeight = 1, StrideWidth = 2 },
            new MaxPool2dSpec(2, 2),
            new FlattenSpec(),
            new LinearSpec(2)),
        ["averagePool2d"] = () => Pool(new AveragePool2dSpec(2, 2)),
        ["averagePool2d with overlap and padding"] = () => Pool(new AveragePool2dSpec(3, 2)
        {
            StrideHeight = 2, StrideWidth = 1, PaddingHeight = 1, PaddingWidth = 1,
        }),
        ["globalAveragePool2d"] = () => GlobalPool(),
        ["globalAveragePool2d then layers of features"] = () => GlobalPool(new BatchNormSpec(), new ReluSpec(), new LayerNormSpec()),
        ["globalAveragePool2d first"] = () => Case.Model(
            [3, 5, 4], new HalfSquaredErrorSpec(), new GlobalAveragePool2dSpec(), new LinearSpec(2)),
        ["globalAveragePool2d last"] = () => Case.Model(
            [2, 5, 4], new SoftmaxCrossEntropySpec(), new Conv2dSpec(5, 2, 3), new TanhSpec(), new GlobalAveragePool2dSpec()),
        ["embedding"] = () => Model(
            5, new SoftmaxCrossEntropySpec(), new EmbeddingSpec(4, 3), new FlattenSpec(), new LinearSpec(3)),
        ["halfSquaredError with classes"] = () => Loss(new HalfSquaredErrorSpec(Classes: true), 1),
        ["halfSquaredError wide"] = () => Loss(new HalfSquaredErrorSpec(), 35),
        ["meanAbsolute"] = () => Loss(new MeanAbsoluteSpec(), 18),
        ["huber"] = () => Loss(new HuberSpec(0.7f), 21),
        ["binaryCrossEntropyWithLogits"] = () => Loss(new BinaryCrossEntropyWithLogitsSpec(), 1),
        ["softmaxCrossEntropy"] = () => Loss(new SoftmaxCrossEntropySpec(), 10),
        ["softmaxCrossEntropy wide"] = () => Loss(new SoftmaxCrossEntropySpec(), 300),
        ["softmaxCrossEntropy smoothed"] = () => Loss(new SoftmaxCrossEntropySpec(0.1f), 10),
        ["softmaxCrossEntropy smoothed wide"] = () => Loss(new SoftmaxCrossEntropySpec(0.3f), 300),
    }.ToImmutableDictionary();

    private static ModelSpec Activation(LayerSpec layer) => Model(
        6, new HalfSquaredErrorSpec(), new LinearSpec(19), layer, new LinearSpec(7), layer, new LinearSpec(2));

    private static ModelSpec Pool(LayerSpec pool) => Case.Model(
        [2, 7, 8], new HalfSquaredErrorSpec(), new Conv2dSpec(3, 2, 2), pool, new FlattenSpec(), new LinearSpec(2));

    private static ModelSpec GlobalPool(params ImmutableArray<LayerSpec> layers) => Case.Model(
        [2, 7, 8], new HalfSquaredErrorSpec(),
        [new Conv2dSpec(6, 2, 2), new ReluSpec(), new GlobalAveragePool2dSpec(), .. layers, new LinearSpec(2)]);

    private static ModelSpec Loss(LossSpec loss, int outputs) =>
        Model(4, loss, new LinearSpec(3), new TanhSpec(), new LinearSpec(outputs));

    private static ModelSpec Model(int width, LossSpec loss, params ImmutableArray<LayerSpec> layers) =>
        Case.Model([width], loss, layers);
}
