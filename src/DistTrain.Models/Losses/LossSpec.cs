namespace DistTrain.Models;

/// <summary>The loss at the network's end. A sample's loss is summed over its outputs; the batch's loss is the mean over samples.</summary>
public abstract record LossSpec
{
    /// <summary>The loss's word in the run file.</summary>
    public abstract string Kind { get; }
}
