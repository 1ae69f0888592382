namespace DistTrain.Models;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1); weight decay is added to the gradient: g ← g + WeightDecay·w.
/// </summary>
/// <param name="Beta1">Decay of the gradient's mean, 0 or more, below 1.</param>
/// <param name="Beta2">Decay of the squared gradient's mean, 0 or more, below 1.</param>
/// <param name="Epsilon">Added to the root of the squared gradient's mean, above 0.</param>
/// <param name="WeightDecay">0 or more.</param>
public sealed record AdamSpec(
    float LearningRate, float Beta1 = 0.9f, float Beta2 = 0.999f, float Epsilon = 1e-8f, float WeightDecay = 0)
    : OptimizerSpec(LearningRate)
{
    public override string Kind => "adam";

    internal override Optimizer Build()
    {
        RequireLearningRate();
        Require(Beta1 >= 0 && Beta1 < 1, "beta1", Beta1, "0 or more and below 1");
        Require(Beta2 >= 0 && Beta2 < 1, "beta2", Beta2, "0 or more and below 1");
        Require(Epsilon > 0 && float.IsFinite(Epsilon), "epsilon", Epsilon, "a finite number above 0");
        RequireWeightDecay(WeightDecay);
        return new AdamOptimizer(Beta1, Beta2, Epsilon, WeightDecay, isDecayDecoupled: false);
    }
}
