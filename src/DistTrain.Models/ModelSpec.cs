using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A model as the run file states it: what a <see cref="Network"/> is built from.</summary>
/// <param name="Input">Shape of one sample.</param>
public sealed record ModelSpec(Shape Input, ImmutableArray<LayerSpec> Layers, LossSpec Loss);

/// <summary>One entry of model.layers. Name is the user's, or the position ("2").</summary>
public abstract record LayerSpec
{
    /// <summary>Null: the position in the list.</summary>
    public string? Name { get; init; }
}

/// <summary>The loss at the network's end.</summary>
public abstract record LossSpec;
