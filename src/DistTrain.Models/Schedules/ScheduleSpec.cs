namespace DistTrain.Models;

/// <summary>The factor on the learning rate, step by step.</summary>
public abstract record ScheduleSpec
{
    /// <summary>The schedule's word in the run file.</summary>
    public abstract string Kind { get; }

    /// <summary>The factor at a step, by exact operations alone: equal on every machine.</summary>
    /// <param name="step">From 0.</param>
    internal abstract double FactorAt(long step, long stepsTotal);
}
