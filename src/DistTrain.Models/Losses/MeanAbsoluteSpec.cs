namespace DistTrain.Models;

/// <summary>Σ |o − y|; the gradient is the sign, 0 at 0.</summary>
public sealed record MeanAbsoluteSpec : LossSpec
{
    public override string Kind => "meanAbsolute";
}
