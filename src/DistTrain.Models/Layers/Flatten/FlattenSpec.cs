namespace DistTrain.Models;

/// <summary>Any shape to (elements), in row-major order.</summary>
public sealed record FlattenSpec : LayerSpec
{
    public override string Kind => "flatten";

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context) => new FlattenLayer(context);
}
