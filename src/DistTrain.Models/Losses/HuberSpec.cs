namespace DistTrain.Models;

/// <summary>Σ ½e² where |e| ≤ delta, else delta·(|e| − ½·delta), with e = o − y (Huber 1964).</summary>
/// <param name="Delta">Finite, above 0.</param>
public sealed record HuberSpec(float Delta = 1f) : LossSpec
{
    public override string Kind => "huber";
}
