namespace DistTrain.Models;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton 2016): each sample is normalised over all its elements, then scaled and
/// shifted elementwise by trained values.
/// </summary>
/// <param name="Epsilon">Added to the variance, above 0.</param>
public sealed record LayerNormSpec(float Epsilon = 1e-5f) : LayerSpec
{
    public override string Kind => "layerNorm";

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context)
    {
        context.RequireEpsilon(Epsilon);
        return new LayerNormLayer(this, context);
    }
}
