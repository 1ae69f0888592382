namespace DistTrain.Models;

/// <summary>
/// g ← g + WeightDecay·w; v ← Momentum·v + g; w ← w − α·v, or with Nesterov w ← w − α·(g + Momentum·v).
/// Without momentum w ← w − α·g.
/// </summary>
/// <param name="Momentum">0 or more, below 1.</param>
/// <param name="Nesterov">Needs a momentum above 0.</param>
/// <param name="WeightDecay">0 or more.</param>
public sealed record SgdSpec(float LearningRate, float Momentum = 0, bool Nesterov = false, float WeightDecay = 0)
    : OptimizerSpec(LearningRate)
{
    public override string Kind => "sgd";

    internal override Optimizer Build()
    {
        RequireLearningRate();
        Require(Momentum >= 0 && Momentum < 1, "momentum", Momentum, "0 or more and below 1");
        Require(!Nesterov || Momentum > 0, "momentum", Momentum, "above 0 with Nesterov's step");
        RequireWeightDecay(WeightDecay);
        return new SgdOptimizer(this);
    }
}
