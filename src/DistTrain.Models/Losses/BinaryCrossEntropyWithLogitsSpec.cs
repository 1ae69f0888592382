using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>−y·ln σ(o) − (1 − y)·ln(1 − σ(o)) of a single output o, the logit of class 1; right is o ≥ 0 for class 1.</summary>
public sealed record BinaryCrossEntropyWithLogitsSpec : LossSpec
{
    public override string Kind => "binaryCrossEntropyWithLogits";

    internal override Loss Build(Shape output)
    {
        if (output.Size != 1)
        {
            throw new ModelException(
                $"the loss {Kind} takes a single logit, but the last layer gives {output}: "
                + "end with a linear layer of 1 unit, or take softmaxCrossEntropy");
        }

        return new BinaryCrossEntropy(output);
    }
}
