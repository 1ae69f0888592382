namespace DistTrain.Models;

/// <summary>
/// x / (1 + e^−x), elementwise: the sigmoid linear unit, also called swish (Elfwing, Uchibe and Doya 2018, section 2.1).
/// </summary>
public sealed record SiluSpec : LayerSpec
{
    public override string Kind => "silu";

    internal override bool IsRectifier => true;

    internal override Layer Build(LayerContext context) => new ActivationLayer<Silu>(context);
}
