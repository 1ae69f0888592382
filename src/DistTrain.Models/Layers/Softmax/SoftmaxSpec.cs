namespace DistTrain.Models;

/// <summary>e^xᵢ / Σ e^xⱼ over a sample's elements. Not to be put before a loss of classes, which takes logits.</summary>
public sealed record SoftmaxSpec : LayerSpec
{
    public override string Kind => "softmax";

    internal override Layer Build(LayerContext context) => new SoftmaxLayer(context);
}
