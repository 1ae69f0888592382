using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>What a layer is built from: its place in the network, its input, and where parameters go.</summary>
internal sealed class LayerContext
{
    private readonly ParameterCollector _collector;
    private readonly LayerSpec _spec;

    public LayerContext(ParameterCollector collector, LayerSpec spec, string name, Shape input)
    {
        _collector = collector;
        _spec = spec;
        Name = name;
        Input = input;
        Ordinal = collector.TakeOrdinal();
    }

    /// <summary>With the names of the layers around it, as in "block.1".</summary>
    public string Name { get; }

    public Shape Input { get; }

    public int Ordinal { get; }

    /// <summary>Whether a rectifier (ReLU and its kin) follows; decides how wide initial weights are drawn.</summary>
    public bool FeedsRectifier { get; init; }

    /// <summary>Whether the layer reads the features themselves.</summary>
    public bool IsFirst { get; init; }

    public ParameterSlice AddParameter(string tensor, ImmutableArray<int> shape, ParameterRole role, float momentum) =>
        _collector.Add($"layers.{Name}.{tensor}", shape, role, momentum, Describe());

    /// <summary>Builds the inner layers of a container.</summary>
    public LayerChain BuildInner(ImmutableArray<LayerSpec> layers) =>
        LayerChain.Build(_collector, layers, Input, Name + ".", isFirst: false);

    /// <exception cref="ModelException">Always; the message names the layer.</exception>
    [DoesNotReturn]
    public void Fail(string problem) => throw new ModelException($"{Describe()} {problem}");

    /// <summary>Fails unless the input has the given number of dimensions.</summary>
    public void RequireRank(int rank, string expected)
    {
        if (Input.Rank != rank)
        {
            string help = rank == 1 ? ": put a flatten layer in front of it"
                : IsFirst ? ": data.shape gives samples another one, as in [1, 8, 8]" : "";
            Fail($"takes {expected}, but its input has the shape {Input}{help}");
        }
    }

    /// <summary>A shape that the layer asks for; fails where it is larger than a shape can be.</summary>
    /// <param name="dimensions">1 or more each.</param>
    public Shape ShapeOf(params ReadOnlySpan<int> dimensions)
    {
        long size = 1;
        foreach (int dimension in dimensions)
        {
            size = Math.Min(size * dimension, 1L << 32);
        }

        if (size > int.MaxValue)
        {
            Fail($"has the shape ({string.Join(", ", dimensions.ToArray())}), {int.MaxValue:N0} elements at most are supported: make it smaller");
        }

        return new Shape(dimensions);
    }

    /// <summary>Fails unless given initial values, if any, are as many as the tensor has, and finite.</summary>
    public void RequireInitialValues(ImmutableArray<float>? values, string tensor, params ReadOnlySpan<int> shape)
    {
        if (values is not { } given)
        {
            return;
        }

        Shape expected = ShapeOf(shape);
        if (given.Length != expected.Size)
        {
            Fail($"has {given.Length:N0} initial values for its {tensor}, expected {expected.Size:N0} for the shape {expected}");
        }

        foreach (float value in given)
        {
            if (!float.IsFinite(value))
            {
                Fail($"has the initial value {value} for its {tensor}, expected finite numbers");
            }
        }
    }

    public void RequireEpsilon(float epsilon)
    {
        if (!(epsilon > 0 && float.IsFinite(epsilon)))
        {
            Fail($"has the epsilon {epsilon}, expected a finite number above 0");
        }
    }

    private string Describe() => $"layer {Name} ({_spec.Kind})";
}
