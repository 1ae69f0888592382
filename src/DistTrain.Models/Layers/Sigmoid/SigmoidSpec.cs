namespace DistTrain.Models;

/// <summary>1 / (1 + e^−x), elementwise. Not to be put before the binaryCrossEntropyWithLogits loss, which takes logits.</summary>
public sealed record SigmoidSpec : LayerSpec
{
    public override string Kind => "sigmoid";

    internal override Layer Build(LayerContext context) => new ActivationLayer<Sigmoid>(context);
}
