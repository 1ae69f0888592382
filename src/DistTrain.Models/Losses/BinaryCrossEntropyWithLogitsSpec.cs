namespace DistTrain.Models;

/// <summary>−y·ln σ(o) − (1 − y)·ln(1 − σ(o)) of a single output o, the logit of class 1; right is o ≥ 0 for class 1.</summary>
public sealed record BinaryCrossEntropyWithLogitsSpec : LossSpec
{
    public override string Kind => "binaryCrossEntropyWithLogits";
}
