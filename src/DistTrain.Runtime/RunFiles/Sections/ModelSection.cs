using System.Collections.Immutable;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime.RunFiles;

/// <summary>The run file's model section. Becomes a spec when the data is known: input shape and number of classes.</summary>
internal static class ModelSection
{
    private const string ClassesWord = "classes";

    private static readonly MapKey Name = MapKey.Optional("name", new TextShape("a name"),
        "Part of the tensors' names. Default: the layer's position from 0.");

    private static readonly ValueShape Numbers = new ListShape(new NumberShape(), "a list of numbers");

    private static readonly MapKey Bias = MapKey.Flag("bias", true, "Whether a bias is added.");

    private static readonly MapKey Epsilon =
        MapKey.Number("epsilon", new NumberShape(above: 0), 1e-5, "Added to the variance.");

    private static readonly MapKey[] Window =
    [
        MapKey.Required("window", Pair(1), "Height and width, or one number for both."),
        MapKey.Optional("stride", Pair(1), "Height and width, or one number for both. Default: the window."),
        MapKey.Number("padding", Pair(0), 0, "Rows and columns added on each side, or one number for both; less than the window."),
        Name,
    ];

    public static readonly ReferenceShape Layer = new("layer", () => LayerVariants!);

    private static readonly ListShape Layers = new(Layer, "a list of layers");

    private static readonly VariantShape LayerVariants = new("a layer", "type",
        ("linear", new MapShape("y = x·W + b.",
            MapKey.Required("units", new EitherShape(
                value => value is JsonNumber, new IntegerShape(1, 1 << 24), new ChoiceShape(ClassesWord)),
                "Outputs; \"classes\": as many as the data has classes."),
            Bias,
            MapKey.Optional("initialWeight", Numbers, "Shape (inputs, units), row by row. Default: drawn from the seed."),
            MapKey.Optional("initialBias", Numbers, "Shape (units). Default: zeros."),
            Name)),
        ("relu", new MapShape("max(x, 0); the gradient passes where x ≥ 0.", Name)),
        ("leakyRelu", new MapShape("x where x ≥ 0, else slope · x.",
            MapKey.Number("slope", new NumberShape(0, 1), 0.01, "Factor on negative inputs."), Name)),
        ("sigmoid", new MapShape("1 / (1 + e^−x). Not before binaryCrossEntropyWithLogits, which takes logits.", Name)),
        ("tanh", new MapShape("Hyperbolic tangent.", Name)),
        ("gelu", new MapShape("Gaussian error linear unit, exact: x·Φ(x).", Name)),
        ("silu", new MapShape("Sigmoid linear unit: x / (1 + e^−x).", Name)),
        ("elu", new MapShape("x where x ≥ 0, else alpha · (e^x − 1).",
            MapKey.Number("alpha", new NumberShape(min: 0), 1, "The output far below 0 is −alpha."), Name)),
        ("softmax", new MapShape("e^xᵢ / Σ e^xⱼ. Not before softmaxCrossEntropy, which takes logits.", Name)),
        ("dropout", new MapShape("Zeroes elements while training.",
            MapKey.Required("rate", new NumberShape(min: 0, below: 1), "Share of the elements zeroed."), Name)),
        ("flatten", new MapShape("Any shape to (elements).", Name)),
        ("conv2d", new MapShape("Convolution: (channels in, height, width) to (channels, height', width').",
            MapKey.Required("channels", new IntegerShape(1, 1 << 20), "Outputs."),
            MapKey.Required("kernel", Pair(1), "Height and width, or one number for both."),
            MapKey.Number("stride", Pair(1), 1, "Height and width, or one number for both."),
            MapKey.Number("padding", Pair(0), 0, "Rows and columns of zeros on each side, or one number for both; less than the kernel."),
            Bias,
            MapKey.Optional("initialWeight", Numbers,
                "Shape (channels out, channels in, kernel height, kernel width). Default: drawn from the seed."),
            MapKey.Optional("initialBias", Numbers, "Shape (channels). Default: zeros."),
            Name)),
        ("maxPool2d", new MapShape("Largest element of each window.", [.. Window])),
        ("averagePool2d", new MapShape("Mean of each window, padding's zeros counted.", [.. Window])),
        ("globalAveragePool2d", new MapShape("Mean of each channel's whole plane: (channels, height, width) to (channels).", Name)),
        ("batchNorm", new MapShape("Batch normalisation with statistics per shard: batchSize / shards is how many rows they are of.",
            MapKey.Number("momentum", new NumberShape(above: 0, max: 1), 0.1,
                "Share of the newest batch in the running statistics."),
            Epsilon, Name)),
        ("layerNorm", new MapShape("Layer normalisation over a sample's elements.", Epsilon, Name)),
        ("embedding", new MapShape("Each feature is an index and becomes that row of a table.",
            MapKey.Required("count", new IntegerShape(1), "Rows of the table."),
            MapKey.Required("width", new IntegerShape(1, 1 << 20), "Floats of a row."),
            MapKey.Optional("initialWeight", Numbers, "Shape (count, width). Default: drawn from the seed."),
            Name)),
        ("residual", new MapShape("x + f(x), f the inner layers; they must keep the shape.",
            MapKey.Required("layers", Layers, "The inner layers."), Name)));

    private static readonly VariantShape Loss = new("a loss", "type",
        ("softmaxCrossEntropy", new MapShape("Classes: −ln softmax(output)[label]; one output for each class.",
            MapKey.Optional("labelSmoothing", new NumberShape(min: 0, below: 1),
                "Share of the target that is spread evenly over all classes, in every part's loss. Default: 0."))),
        ("binaryCrossEntropyWithLogits", new MapShape("Two classes: one output, the logit of the second class.")),
        ("halfSquaredError", new MapShape("Σ ½(o − y)²; with classes: one output, the second class from 0.5 on.")),
        ("meanAbsolute", new MapShape("Σ |o − y|.")),
        ("huber", new MapShape("Σ ½e² where |e| ≤ delta, else delta·(|e| − ½·delta), e = o − y.",
            MapKey.Number("delta", new NumberShape(above: 0), 1, "Where the parabola ends."))));

    public static readonly MapShape Shape = new("The network.",
        MapKey.Required("layers", Layers, "The layers in order."),
        MapKey.Required("loss", Loss, "The loss at the end."));

    /// <exception cref="RunFileException">The section asks for classes where the data has none.</exception>
    public static ModelSpec Bind(JsonMap section, Shape input, int classCount) => new(
        input, BindLayers(section.List("layers"), classCount), BindLoss(section.Map("loss"), classCount > 0));

    private static EitherShape Pair(int min) => new(
        value => value is JsonNumber, new IntegerShape(min, 1 << 20), new PairShape(min));

    private static ImmutableArray<LayerSpec> BindLayers(JsonList layers, int classCount) =>
        [.. layers.Items.Select(layer => BindLayer((JsonMap)layer, classCount) with { Name = ((JsonMap)layer).OptionalText("name") })];

    private static LayerSpec BindLayer(JsonMap layer, int classCount) => layer.Text("type") switch
    {
        "linear" => new LinearSpec(BindUnits(layer, classCount), layer.Flag("bias"))
        {
            InitialWeight = BindNumbers(layer, "initialWeight"),
            InitialBias = BindNumbers(layer, "initialBias"),
        },
        "relu" => new ReluSpec(),
        "leakyRelu" => new LeakyReluSpec(layer.Float("slope")),
        "sigmoid" => new SigmoidSpec(),
        "tanh" => new TanhSpec(),
        "gelu" => new GeluSpec(),
        "silu" => new SiluSpec(),
        "elu" => new EluSpec(layer.Float("alpha")),
        "softmax" => new SoftmaxSpec(),
        "dropout" => new DropoutSpec(layer.Float("rate")),
        "flatten" => new FlattenSpec(),
        "conv2d" => BindConvolution(layer),
        "maxPool2d" => BindPool(layer, static (height, width) => new MaxPool2dSpec(height, width)),
        "averagePool2d" => BindPool(layer, static (height, width) => new AveragePool2dSpec(height, width)),
        "globalAveragePool2d" => new GlobalAveragePool2dSpec(),
        "batchNorm" => new BatchNormSpec(layer.Float("momentum"), layer.Float("epsilon")),
        "layerNorm" => new LayerNormSpec(layer.Float("epsilon")),
        "embedding" => new EmbeddingSpec(layer.Integer("count"), layer.Integer("width"))
        {
            InitialWeight = BindNumbers(layer, "initialWeight"),
        },
        _ => new ResidualSpec(BindLayers(layer.List("layers"), classCount)),
    };

    private static int BindUnits(JsonMap layer, int classCount)
    {
        JsonTree units = layer["units"]!;
        if (units is JsonNumber number)
        {
            return (int)number.Value;
        }

        return classCount > 0
            ? classCount
            : throw new RunFileException(
                $"{units.Origin}: units is \"{ClassesWord}\", but the data has none (data.targets is \"values\"); give a number");
    }

    private static Conv2dSpec BindConvolution(JsonMap layer)
    {
        (int kernelHeight, int kernelWidth) = BindPair(layer["kernel"]!);
        (int strideHeight, int strideWidth) = BindPair(layer["stride"]!);
        (int paddingHeight, int paddingWidth) = BindPair(layer["padding"]!);
        return new Conv2dSpec(layer.Integer("channels"), kernelHeight, kernelWidth, layer.Flag("bias"))
        {
            StrideHeight = strideHeight,
            StrideWidth = strideWidth,
            PaddingHeight = paddingHeight,
            PaddingWidth = paddingWidth,
            InitialWeight = BindNumbers(layer, "initialWeight"),
            InitialBias = BindNumbers(layer, "initialBias"),
        };
    }

    /// <param name="make">Of the window's height and width.</param>
    private static Pool2dSpec BindPool(JsonMap layer, Func<int, int, Pool2dSpec> make)
    {
        (int height, int width) = BindPair(layer["window"]!);
        (int strideHeight, int strideWidth) = BindPair(layer["stride"] ?? layer["window"]!);
        (int paddingHeight, int paddingWidth) = BindPair(layer["padding"]!);
        return make(height, width) with
        {
            StrideHeight = strideHeight,
            StrideWidth = strideWidth,
            PaddingHeight = paddingHeight,
            PaddingWidth = paddingWidth,
        };
    }

    private static (int Height, int Width) BindPair(JsonTree value)
    {
        if (value is JsonNumber number)
        {
            return ((int)number.Value, (int)number.Value);
        }

        int[] pair = ((JsonList)value).Integers();
        return (pair[0], pair[1]);
    }

    private static ImmutableArray<float>? BindNumbers(JsonMap layer, string name) =>
        layer[name] is JsonList list ? [.. list.Floats()] : null;

    private static LossSpec BindLoss(JsonMap loss, bool classes) => loss.Text("type") switch
    {
        "softmaxCrossEntropy" => new SoftmaxCrossEntropySpec(loss.OptionalFloat("labelSmoothing") ?? 0),
        "binaryCrossEntropyWithLogits" => new BinaryCrossEntropyWithLogitsSpec(),
        "halfSquaredError" => new HalfSquaredErrorSpec(classes),
        "meanAbsolute" => new MeanAbsoluteSpec(),
        _ => new HuberSpec(loss.Float("delta")),
    };
}
