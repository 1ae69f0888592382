namespace DistTrain.Models;

/// <summary>How a gradient changes the weights.</summary>
/// <param name="LearningRate">Finite, above 0; the schedule multiplies it.</param>
public abstract record OptimizerSpec(float LearningRate)
{
    /// <summary>The optimizer's word in the run file.</summary>
    public abstract string Kind { get; }

    /// <exception cref="ModelException">A number is out of its range.</exception>
    internal abstract Optimizer Build();

    private protected void Require(bool isFine, string name, float value, string expected)
    {
        if (!isFine)
        {
            throw new ModelException($"the optimizer {Kind} has the {name} {value}, expected {expected}");
        }
    }

    private protected void RequireLearningRate() =>
        Require(LearningRate > 0 && float.IsFinite(LearningRate), "learning rate", LearningRate, "a finite number above 0");

    private protected void RequireWeightDecay(float weightDecay) => Require(
        weightDecay >= 0 && float.IsFinite(weightDecay), "weight decay", weightDecay, "a finite number, 0 or more");
}
