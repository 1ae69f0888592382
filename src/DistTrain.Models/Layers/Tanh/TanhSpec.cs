namespace DistTrain.Models;

/// <summary>Hyperbolic tangent, elementwise.</summary>
public sealed record TanhSpec : LayerSpec
{
    public override string Kind => "tanh";
}
