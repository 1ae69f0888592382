using System.Buffers.Binary;
using DistTrain.Models.OnnxSchema;
using DistTrain.Numerics;
using Google.Protobuf;

namespace DistTrain.Models;

/// <summary>An ONNX graph under construction: nodes are added in the order in which they are computed.</summary>
internal sealed class OnnxGraph
{
    /// <summary>The batch's size in shapes: any.</summary>
    private const string BatchDimension = "batch";

    private readonly GraphProto _graph = new() { Name = "DistTrain" };
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public GraphProto ToProto() => _graph;

    /// <param name="sample">Shape without the batch.</param>
    /// <returns>The value's name.</returns>
    public string Input(string name, Shape sample)
    {
        _graph.Input.Add(ValueInfo(Take(name), sample, ""));
        return name;
    }

    /// <summary>Makes a value an output of the graph under a name of its own.</summary>
    public void Output(string value, string name, Shape sample, string description)
    {
        _graph.Node.Add(new NodeProto { Name = name, OpType = "Identity", Input = { value }, Output = { Take(name) } });
        _graph.Output.Add(ValueInfo(name, sample, description));
    }

    /// <summary>Adds an operator with one output.</summary>
    /// <param name="name">Node and output are named so, with the operator behind it.</param>
    /// <returns>The output's name.</returns>
    public string Node(string name, string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        string unique = Take($"{name}/{operation}");
        var node = new NodeProto { Name = unique, OpType = operation, Output = { unique } };
        node.Input.AddRange(inputs.ToArray());
        node.Attribute.AddRange(attributes.ToArray());
        _graph.Node.Add(node);
        return unique;
    }

    /// <summary>A constant tensor of float32.</summary>
    /// <param name="dimensions">Empty: a scalar.</param>
    /// <returns>Its name.</returns>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> dimensions)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), values[index]);
        }

        return AddInitializer(name, TensorProto.Types.DataType.Float, bytes, dimensions);
    }

    /// <summary>A constant list of int64, as operators take shapes.</summary>
    public string Int64s(string name, ReadOnlySpan<long> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(long)];
        for (int index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(index * sizeof(long)), values[index]);
        }

        return AddInitializer(name, TensorProto.Types.DataType.Int64, bytes, values.Length);
    }

    public static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, int value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, params ReadOnlySpan<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (int value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    private string AddInitializer(
        string name, TensorProto.Types.DataType type, byte[] bytes, params ReadOnlySpan<int> dimensions)
    {
        string unique = Take(name);
        var tensor = new TensorProto { Name = unique, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (int dimension in dimensions)
        {
            tensor.Dims.Add(dimension);
        }

        _graph.Initializer.Add(tensor);
        return unique;
    }

    /// <summary>Names are used once: ONNX graphs are in single-assignment form.</summary>
    private string Take(string name)
    {
        string unique = name;
        for (int copy = 2; !_names.Add(unique); copy++)
        {
            unique = $"{name}.{copy}";
        }

        return unique;
    }

    private static ValueInfoProto ValueInfo(string name, Shape sample, string description)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = BatchDimension } } };
        foreach (int dimension in sample.Dimensions)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        }

        return new ValueInfoProto
        {
            Name = name,
            DocString = description,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape },
            },
        };
    }
}
