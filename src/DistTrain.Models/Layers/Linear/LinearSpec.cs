using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>y = x·W + b: (inputs) to (units).</summary>
/// <param name="Units">Outputs, 1 or more.</param>
/// <param name="Bias">Whether b is there.</param>
public sealed record LinearSpec(int Units, bool Bias = true) : LayerSpec
{
    /// <summary>Shape (inputs, units), row-major. Null: drawn from the seed.</summary>
    public ImmutableArray<float>? InitialWeight { get; init; }

    /// <summary>Shape (units,). Null: zeros.</summary>
    public ImmutableArray<float>? InitialBias { get; init; }

    public override string Kind => "linear";

    internal override Layer Build(LayerContext context) => LinearLayer.Build(this, context);
}
