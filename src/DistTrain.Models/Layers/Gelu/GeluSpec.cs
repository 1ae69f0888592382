namespace DistTrain.Models;

/// <summary>
/// ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), elementwise: the tanh form of the Gaussian error linear unit
/// (Hendrycks and Gimpel 2016, section 2).
/// </summary>
public sealed record GeluSpec : LayerSpec
{
    public override string Kind => "gelu";

    internal override Layer Build(LayerContext context)
    {
        context.Fail("is not supported yet");
        return null;
    }
}
