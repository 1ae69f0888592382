namespace DistTrain.Models;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): w ← w − α·WeightDecay·w, then Adam's step.
/// </summary>
/// <param name="Beta1">Decay of the gradient's mean, 0 or more, below 1.</param>
/// <param name="Beta2">Decay of the squared gradient's mean, 0 or more, below 1.</param>
/// <param name="Epsilon">Added to the root of the squared gradient's mean, above 0.</param>
/// <param name="WeightDecay">0 or more.</param>
public sealed record AdamWSpec(
    float LearningRate, float Beta1 = 0.9f, float Beta2 = 0.999f, float Epsilon = 1e-8f, float WeightDecay = 0.01f)
    : OptimizerSpec(LearningRate)
{
    public override string Kind => "adamW";
}
