using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Σ ½(o − y)².</summary>
/// <param name="Classes">Targets are the class labels 0 and 1 of a single output; right is output ≥ 0.5 for class 1.</param>
public sealed record HalfSquaredErrorSpec(bool Classes = false) : LossSpec
{
    public override string Kind => "halfSquaredError";

    internal override Loss Build(Shape output)
    {
        if (Classes && output.Size != 1)
        {
            throw new ModelException(
                $"the loss {Kind} tells the classes 0 and 1 apart by one output, but the last layer gives {output}: "
                + "take softmaxCrossEntropy, or end with a linear layer of 1 unit");
        }

        return new ErrorLoss<HalfSquaredError>(output, parameter: 0, isClassification: Classes);
    }
}
