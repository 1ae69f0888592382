namespace DistTrain.Models;

/// <summary>max(x, 0), elementwise; the gradient passes where x ≥ 0, zero included.</summary>
public sealed record ReluSpec : LayerSpec
{
    public override string Kind => "relu";
}
