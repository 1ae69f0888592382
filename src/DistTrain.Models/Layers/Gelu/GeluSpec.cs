namespace DistTrain.Models;

/// <summary>
/// x·Φ(x), elementwise, Φ the normal distribution function: the exact Gaussian error linear unit, not the one with tanh
/// (Hendrycks and Gimpel 2016, section 2).
/// </summary>
public sealed record GeluSpec : LayerSpec
{
    public override string Kind => "gelu";

    internal override bool IsRectifier => true;

    internal override Layer Build(LayerContext context) => new ActivationLayer<Gelu>(context);
}
