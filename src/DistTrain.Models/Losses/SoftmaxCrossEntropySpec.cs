using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// −Σ tᵢ·ln softmax(o)ᵢ: outputs are logits, one per class; the target is the class index. tᵢ is LabelSmoothing / classes,
/// and 1 − LabelSmoothing more for the label (Szegedy et al. 2016, section 7): without smoothing, −ln softmax(o)[label].
/// </summary>
/// <param name="LabelSmoothing">0 or more, below 1. Of the training part's loss and of every other part's alike.</param>
public sealed record SoftmaxCrossEntropySpec(float LabelSmoothing = 0f) : LossSpec
{
    public override string Kind => "softmaxCrossEntropy";

    internal override Loss Build(Shape output)
    {
        if (!(LabelSmoothing >= 0 && LabelSmoothing < 1))
        {
            throw new ModelException(
                $"the loss {Kind} has the label smoothing {LabelSmoothing}, expected 0 or more and below 1");
        }

        if (output.Rank != 1 || output.Size < 2)
        {
            throw new ModelException(
                $"the loss {Kind} takes (classes), 2 or more, but the last layer gives {output}: "
                + "end with a linear layer of one unit per class");
        }

        return new SoftmaxCrossEntropy(output, LabelSmoothing);
    }
}
