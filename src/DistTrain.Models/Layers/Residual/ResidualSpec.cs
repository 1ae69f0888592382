using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>x + f(x), where f is the inner layers in order; they must keep the shape (He et al. 2016).</summary>
/// <param name="Layers">One or more.</param>
public sealed record ResidualSpec(ImmutableArray<LayerSpec> Layers) : LayerSpec
{
    public override string Kind => "residual";

    internal override Layer Build(LayerContext context) => ResidualLayer.Build(this, context);
}
