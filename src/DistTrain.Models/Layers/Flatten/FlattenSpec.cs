namespace DistTrain.Models;

/// <summary>Any shape to (elements), in row-major order.</summary>
public sealed record FlattenSpec : LayerSpec
{
    public override string Kind => "flatten";
}
