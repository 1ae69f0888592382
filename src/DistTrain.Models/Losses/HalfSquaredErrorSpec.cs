namespace DistTrain.Models;

/// <summary>Σ ½(o − y)².</summary>
/// <param name="Classes">Targets are the class labels 0 and 1 of a single output; right is output ≥ 0.5 for class 1.</param>
public sealed record HalfSquaredErrorSpec(bool Classes = false) : LossSpec
{
    public override string Kind => "halfSquaredError";
}
