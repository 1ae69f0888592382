namespace DistTrain.Models;

/// <summary>
/// In training, each element is zeroed with probability rate and the others are multiplied by 1 / (1 − rate); in
/// evaluation nothing happens.
/// </summary>
/// <param name="Rate">0 or more, below 1.</param>
public sealed record DropoutSpec(float Rate) : LayerSpec
{
    public override string Kind => "dropout";

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context) => DropoutLayer.Build(this, context);
}
