namespace DistTrain.Models;

/// <summary>−ln softmax(o)[label]: outputs are logits, one per class; the target is the class index.</summary>
public sealed record SoftmaxCrossEntropySpec : LossSpec
{
    public override string Kind => "softmaxCrossEntropy";
}
