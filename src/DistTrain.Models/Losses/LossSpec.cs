using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>The loss at the network's end. A sample's loss is summed over its outputs; the batch's loss is the mean over samples.</summary>
public abstract record LossSpec
{
    /// <summary>The loss's word in the run file.</summary>
    public abstract string Kind { get; }

    /// <param name="output">Shape of one sample's output.</param>
    /// <exception cref="ModelException">The output does not fit the loss.</exception>
    internal abstract Loss Build(Shape output);
}
