using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Layers in order, each fed by the one before: a network's, or a container's inner ones.</summary>
internal sealed class LayerChain
{
    private LayerChain(ImmutableArray<Layer> layers, Shape input)
    {
        Layers = layers;
        Input = input;
    }

    public ImmutableArray<Layer> Layers { get; }

    public Shape Input { get; }

    public Shape Output => Layers.IsEmpty ? Input : Layers[^1].Output;

    public bool HasParameters => Layers.Any(layer => layer.HasParameters);

    /// <summary>The first of <see cref="Layer.NeedsSeveralRows"/>; null: there is none.</summary>
    public Layer? NeedsSeveralRows => Layers.Select(layer => layer.NeedsSeveralRows).FirstOrDefault(layer => layer is not null);

    /// <param name="prefix">Before the names, as in "block."; empty at the top.</param>
    /// <param name="isFirst">Whether the chain's input is the features.</param>
    /// <exception cref="ModelException">A layer does not fit its input, or two have one name.</exception>
    public static LayerChain Build(
        ParameterCollector collector, ImmutableArray<LayerSpec> specs, Shape input, string prefix, bool isFirst)
    {
        ImmutableArray<Layer>.Builder layers = ImmutableArray.CreateBuilder<Layer>(specs.Length);
        var names = new HashSet<string>();
        Shape shape = input;
        for (int index = 0; index < specs.Length; index++)
        {
            LayerSpec spec = specs[index];
            string name = prefix + (spec.Name ?? index.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (!names.Add(name))
            {
                throw new ModelException($"two layers are named {name}: give one another name");
            }

            var context = new LayerContext(collector, spec, name, shape)
            {
                FeedsRectifier = FeedsRectifier(specs.AsSpan()[(index + 1)..]),
                IsFirst = isFirst && index == 0,
            };
            Layer layer = spec.Build(context);
            layers.Add(layer);
            shape = layer.Output;
        }

        return new LayerChain(layers.DrainToImmutable(), input);
    }

    public void InitializeParameters(Span<float> parameters, ulong seed)
    {
        foreach (Layer layer in Layers)
        {
            layer.InitializeParameters(parameters, seed);
        }
    }

    private static bool FeedsRectifier(ReadOnlySpan<LayerSpec> following)
    {
        foreach (LayerSpec spec in following)
        {
            if (spec.IsRectifier)
            {
                return true;
            }

            if (!spec.KeepsScale)
            {
                return false;
            }
        }

        return false;
    }
}
