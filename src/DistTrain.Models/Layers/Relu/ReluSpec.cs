namespace DistTrain.Models;

/// <summary>max(x, 0), elementwise; the gradient passes where x ≥ 0, zero included.</summary>
public sealed record ReluSpec : LayerSpec
{
    public override string Kind => "relu";

    internal override bool IsRectifier => true;

    internal override Layer Build(LayerContext context) => new ActivationLayer<Relu>(context);
}
