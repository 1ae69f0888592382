namespace DistTrain.Models;

/// <summary>x where x ≥ 0, else slope · x; elementwise.</summary>
/// <param name="Slope">Finite, 0 to 1.</param>
public sealed record LeakyReluSpec(float Slope = 0.01f) : LayerSpec
{
    public override string Kind => "leakyRelu";
}
