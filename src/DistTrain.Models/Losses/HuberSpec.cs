using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Σ ½e² where |e| ≤ delta, else delta·(|e| − ½·delta), with e = o − y (Huber 1964).</summary>
/// <param name="Delta">Finite, above 0.</param>
public sealed record HuberSpec(float Delta = 1f) : LossSpec
{
    public override string Kind => "huber";

    internal override Loss Build(Shape output)
    {
        if (!(Delta > 0 && float.IsFinite(Delta)))
        {
            throw new ModelException($"the loss {Kind} has the delta {Delta}, expected a finite number above 0");
        }

        return new ErrorLoss<Huber>(output, Delta, isClassification: false);
    }
}
