using System.Collections.Immutable;
using DistTrain.Models.OnnxSchema;
using DistTrain.Numerics;
using Google.Protobuf;

namespace DistTrain.Models;

/// <summary>
/// Writes a network as an ONNX model: input "features" (raw, any number of rows), output "output" (what the network gives,
/// logits where the loss takes logits) and, for classes, "probabilities".
/// </summary>
public static class OnnxExporter
{
    public const string InputName = "features";

    public const string OutputName = "output";

    public const string ProbabilitiesName = "probabilities";

    /// <summary>The operator set: the first with LayerNormalization.</summary>
    public const int OperatorSet = 17;

    /// <summary>The file format's version, that of operator set 17 (onnx/docs/Versioning.md).</summary>
    private const int FormatVersion = 8;

    /// <summary>Floats; a Protocol Buffers message is at most 2 GiB.</summary>
    private const int ParametersMax = 500_000_000;

    /// <param name="parameters">Shape (network.Parameters.Length,).</param>
    /// <param name="metadata">Free text that goes along, as in ("classes", "benign, malignant").</param>
    /// <exception cref="ModelException">A layer has no counterpart, or the model is too large for the format.</exception>
    /// <exception cref="IOException">The stream cannot take it.</exception>
    public static void Write(
        Stream output, Network network, ReadOnlySpan<float> parameters, OnnxInput input,
        IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, network.Parameters.Length);
        if (parameters.Length > ParametersMax)
        {
            throw new ModelException(
                $"the model has {parameters.Length:N0} parameters, an ONNX file holds {ParametersMax:N0} at most; export to safetensors");
        }

        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = "DistTrain",
            ProducerVersion = typeof(OnnxExporter).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = Build(network, parameters, input),
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
        };
        foreach ((string key, string value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        model.WriteTo(output);
    }

    private static GraphProto Build(Network network, ReadOnlySpan<float> parameters, OnnxInput input)
    {
        var graph = new OnnxGraph();
        Shape sample = network.Spec.Input;
        string value = AddInput(graph, graph.Input(InputName, sample), sample, input);
        var layers = new OnnxLayers(graph, network.Parameters, parameters);
        value = layers.AddChain(network.Layers, network.Spec.Layers.AsSpan(), value);
        AddOutputs(graph, network, value);
        return graph.ToProto();
    }

    private static string AddInput(OnnxGraph graph, string value, Shape sample, OnnxInput input)
    {
        if (!input.Fill.IsEmpty)
        {
            string missing = graph.Node("input", "IsNaN", [value]);
            value = graph.Node("input", "Where", [missing, Constant(graph, "input.fill", input.Fill, sample), value]);
        }

        if (input.Offset.Any(static offset => offset != 0))
        {
            value = graph.Node("input", "Sub", [value, Constant(graph, "input.offset", input.Offset, sample)]);
        }

        if (input.Factor.Any(static factor => factor != 1))
        {
            value = graph.Node("input", "Mul", [value, Constant(graph, "input.factor", input.Factor, sample)]);
        }

        return value;
    }

    /// <summary>A number for each feature, or a single one where all are the same.</summary>
    private static string Constant(OnnxGraph graph, string name, ImmutableArray<float> values, Shape sample)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, sample.Size);
        return values.AsSpan().IndexOfAnyExcept(values[0]) < 0
            ? graph.Constant(name, values.AsSpan()[..1])
            : graph.Constant(name, values.AsSpan(), sample.Dimensions.AsSpan());
    }

    private static void AddOutputs(OnnxGraph graph, Network network, string value)
    {
        switch (network.Spec.Loss)
        {
            case SoftmaxCrossEntropySpec:
                graph.Output(value, OutputName, network.Output, "logits of the classes");
                graph.Output(
                    graph.Node("classes", "Softmax", [value], OnnxGraph.Attribute("axis", 1)),
                    ProbabilitiesName, network.Output, "probabilities of the classes");
                break;
            case BinaryCrossEntropyWithLogitsSpec:
                graph.Output(value, OutputName, network.Output, "logit of the second class");
                graph.Output(
                    graph.Node("classes", "Sigmoid", [value]), ProbabilitiesName, network.Output,
                    "probability of the second class");
                break;
            default:
                graph.Output(value, OutputName, network.Output, "what the network gives");
                break;
        }
    }
}
