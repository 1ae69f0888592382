using DistTrain.Models.OnnxSchema;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Turns layers into ONNX operators (opset 17, onnx.ai/onnx/operators), as they compute in evaluation.</summary>
internal ref struct OnnxLayers
{
    private readonly OnnxGraph _graph;
    private readonly ParameterLayout _layout;
    private readonly ReadOnlySpan<float> _parameters;

    public OnnxLayers(OnnxGraph graph, ParameterLayout layout, ReadOnlySpan<float> parameters)
    {
        _graph = graph;
        _layout = layout;
        _parameters = parameters;
    }

    /// <summary>Adds a chain of layers.</summary>
    /// <param name="value">The chain's input.</param>
    /// <returns>Its output.</returns>
    public string AddChain(LayerChain chain, ReadOnlySpan<LayerSpec> specs, string value)
    {
        for (int index = 0; index < specs.Length; index++)
        {
            value = Add(chain.Layers[index], specs[index], value);
        }

        return value;
    }

    private string Add(Layer layer, LayerSpec spec, string x)
    {
        string name = $"layers.{layer.Name}";
        return spec switch
        {
            LinearSpec => _graph.Node(name, "Gemm", WithBias(layer, x)),
            ReluSpec => _graph.Node(name, "Relu", [x]),
            LeakyReluSpec leaky => _graph.Node(name, "LeakyRelu", [x], OnnxGraph.Attribute("alpha", leaky.Slope)),
            SigmoidSpec => _graph.Node(name, "Sigmoid", [x]),
            TanhSpec => _graph.Node(name, "Tanh", [x]),
            GeluSpec => AddGelu(name, x),
            SiluSpec => _graph.Node(name, "Mul", [x, _graph.Node(name, "Sigmoid", [x])]),
            EluSpec elu => _graph.Node(name, "Elu", [x], OnnxGraph.Attribute("alpha", elu.Alpha)),
            SoftmaxSpec => AddSoftmax(name, layer.Input, x),
            DropoutSpec => x,
            FlattenSpec => _graph.Node(name, "Flatten", [x], OnnxGraph.Attribute("axis", 1)),
            Conv2dSpec conv => _graph.Node(
                name, "Conv", WithBias(layer, x),
                [
                    OnnxGraph.Attribute("kernel_shape", conv.KernelHeight, conv.KernelWidth),
                    .. Steps(conv.StrideHeight, conv.StrideWidth, conv.PaddingHeight, conv.PaddingWidth),
                ]),
            MaxPool2dSpec pool => _graph.Node(name, "MaxPool", [x], Windows(pool)),
            AveragePool2dSpec pool => _graph.Node(
                name, "AveragePool", [x], [.. Windows(pool), OnnxGraph.Attribute("count_include_pad", 1)]),
            GlobalAveragePool2dSpec => _graph.Node(
                name, "Flatten", [_graph.Node(name, "GlobalAveragePool", [x])], OnnxGraph.Attribute("axis", 1)),
            BatchNormSpec norm => _graph.Node(
                name, "BatchNormalization",
                [x, Tensor(layer, "weight"), Tensor(layer, "bias"), Tensor(layer, "runningMean"), Tensor(layer, "runningVariance")],
                OnnxGraph.Attribute("epsilon", norm.Epsilon)),
            LayerNormSpec norm => _graph.Node(
                name, "LayerNormalization", [x, Tensor(layer, "weight"), Tensor(layer, "bias")],
                OnnxGraph.Attribute("axis", 1), OnnxGraph.Attribute("epsilon", norm.Epsilon)),
            EmbeddingSpec => AddEmbedding(name, layer, x),
            ResidualSpec residual => _graph.Node(
                name, "Add", [x, AddChain(((ResidualLayer)layer).Inner, residual.Layers.AsSpan(), x)]),
            _ => throw new ModelException(
                $"layer {layer.Name} ({spec.Kind}) has no counterpart in ONNX that the exporter knows; export to safetensors"),
        };
    }

    /// <summary>x·Φ(x) = ½·x·(1 + erf(x / √2)).</summary>
    private readonly string AddGelu(string name, string x)
    {
        string scaled = _graph.Node(name, "Mul", [x, _graph.Constant($"{name}.rootHalf", [0.70710678118654752f])]);
        string error = _graph.Node(name, "Erf", [scaled]);
        string sum = _graph.Node(name, "Add", [error, _graph.Constant($"{name}.one", [1f])]);
        string product = _graph.Node(name, "Mul", [x, sum]);
        return _graph.Node(name, "Mul", [product, _graph.Constant($"{name}.half", [0.5f])]);
    }

    /// <summary>Over all elements of a sample, whatever its shape.</summary>
    private readonly string AddSoftmax(string name, Shape input, string x)
    {
        if (input.Rank == 1)
        {
            return _graph.Node(name, "Softmax", [x], OnnxGraph.Attribute("axis", 1));
        }

        string flat = _graph.Node(name, "Flatten", [x], OnnxGraph.Attribute("axis", 1));
        string softmax = _graph.Node(name, "Softmax", [flat], OnnxGraph.Attribute("axis", 1));

        // 0 keeps the batch's size.
        string shape = _graph.Int64s($"{name}.shape", [0, .. input.Dimensions]);
        return _graph.Node(name, "Reshape", [softmax, shape]);
    }

    private readonly string AddEmbedding(string name, Layer layer, string x)
    {
        string indices = _graph.Node(name, "Cast", [x], OnnxGraph.Attribute("to", (int)TensorProto.Types.DataType.Int64));
        return _graph.Node(name, "Gather", [Tensor(layer, "weight"), indices], OnnxGraph.Attribute("axis", 0));
    }

    private readonly string[] WithBias(Layer layer, string x) => Find(layer, "bias") is null
        ? [x, Tensor(layer, "weight")]
        : [x, Tensor(layer, "weight"), Tensor(layer, "bias")];

    private static AttributeProto[] Windows(Pool2dSpec pool) =>
    [
        OnnxGraph.Attribute("kernel_shape", pool.WindowHeight, pool.WindowWidth),
        .. Steps(pool.StrideHeight, pool.StrideWidth, pool.PaddingHeight, pool.PaddingWidth),
    ];

    private static AttributeProto[] Steps(int strideHeight, int strideWidth, int paddingHeight, int paddingWidth) =>
    [
        OnnxGraph.Attribute("strides", strideHeight, strideWidth),
        OnnxGraph.Attribute("pads", paddingHeight, paddingWidth, paddingHeight, paddingWidth),
    ];

    /// <summary>One of the layer's tensors as a constant under its own name.</summary>
    private readonly string Tensor(Layer layer, string tensor)
    {
        ParameterSlice slice = Find(layer, tensor)
            ?? throw new InvalidOperationException($"layer {layer.Name} has no tensor {tensor}");
        return _graph.Constant(slice.Name, _parameters.Slice(slice.Start, slice.Length), slice.Shape.AsSpan());
    }

    private readonly ParameterSlice? Find(Layer layer, string tensor)
    {
        string name = $"layers.{layer.Name}.{tensor}";
        return _layout.Slices.FirstOrDefault(slice => slice.Name == name);
    }
}
