namespace DistTrain.Models;

/// <summary>How a gradient changes the weights.</summary>
/// <param name="LearningRate">Finite, above 0; the schedule multiplies it.</param>
public abstract record OptimizerSpec(float LearningRate)
{
    /// <summary>The optimizer's word in the run file.</summary>
    public abstract string Kind { get; }
}
