namespace DistTrain.Models;

/// <summary>x where x ≥ 0, else slope · x; elementwise.</summary>
/// <param name="Slope">Finite, 0 to 1.</param>
public sealed record LeakyReluSpec(float Slope = 0.01f) : LayerSpec
{
    public override string Kind => "leakyRelu";

    internal override bool IsRectifier => true;

    internal override Layer Build(LayerContext context)
    {
        if (!(Slope >= 0 && Slope <= 1))
        {
            context.Fail($"has the slope {Slope}, expected 0 to 1");
        }

        return new ActivationLayer<LeakyRelu>(context, Slope);
    }
}
