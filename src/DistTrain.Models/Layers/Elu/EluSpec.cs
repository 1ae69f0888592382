namespace DistTrain.Models;

/// <summary>x where x ≥ 0, else alpha · (e^x − 1); elementwise (Clevert, Unterthiner and Hochreiter 2016, section 3).</summary>
/// <param name="Alpha">Finite, 0 or more: the output far below 0 is −Alpha.</param>
public sealed record EluSpec(float Alpha = 1f) : LayerSpec
{
    public override string Kind => "elu";

    internal override bool IsRectifier => true;

    internal override Layer Build(LayerContext context)
    {
        if (!(Alpha >= 0 && float.IsFinite(Alpha)))
        {
            context.Fail($"has the alpha {Alpha}, expected a finite number, 0 or more");
        }

        return new ActivationLayer<Elu>(context, Alpha);
    }
}
