namespace DistTrain.Models;

/// <summary>Hyperbolic tangent, elementwise.</summary>
public sealed record TanhSpec : LayerSpec
{
    public override string Kind => "tanh";

    internal override Layer Build(LayerContext context) => new ActivationLayer<Tanh>(context);
}
