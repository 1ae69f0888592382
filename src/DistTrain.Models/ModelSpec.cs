using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A model as the run file states it: what a <see cref="Network"/> is built from.</summary>
/// <param name="Input">Shape of one sample.</param>
public sealed record ModelSpec(Shape Input, ImmutableArray<LayerSpec> Layers, LossSpec Loss);
