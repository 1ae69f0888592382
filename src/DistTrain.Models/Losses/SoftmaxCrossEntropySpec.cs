using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>−ln softmax(o)[label]: outputs are logits, one per class; the target is the class index.</summary>
public sealed record SoftmaxCrossEntropySpec : LossSpec
{
    public override string Kind => "softmaxCrossEntropy";

    internal override Loss Build(Shape output)
    {
        if (output.Rank != 1 || output.Size < 2)
        {
            throw new ModelException(
                $"the loss {Kind} takes (classes), 2 or more, but the last layer gives {output}: "
                + "end with a linear layer of one unit per class");
        }

        return new SoftmaxCrossEntropy(output);
    }
}
