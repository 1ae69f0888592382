namespace DistTrain.Models;

/// <summary>The factor on the learning rate, step by step.</summary>
public abstract record ScheduleSpec
{
    /// <summary>The schedule's word in the run file.</summary>
    public abstract string Kind { get; }
}
