using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Σ |o − y|; the gradient is the sign, 0 at 0.</summary>
public sealed record MeanAbsoluteSpec : LossSpec
{
    public override string Kind => "meanAbsolute";

    internal override Loss Build(Shape output) =>
        new ErrorLoss<MeanAbsolute>(output, parameter: 0, isClassification: false);
}
