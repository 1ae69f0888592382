namespace DistTrain.Models;

/// <summary>
/// The factor on the learning rate, step by step. Over the first WarmupSteps it rises linearly to 1 (Goyal et al. 2017,
/// section 2.2); then the schedule begins.
/// </summary>
/// <param name="WarmupSteps">Steps (batches), 0 or more; 0: the schedule begins at once.</param>
public abstract record ScheduleSpec(long WarmupSteps)
{
    /// <summary>The schedule's word in the run file.</summary>
    public abstract string Kind { get; }

    /// <summary>The factor at a step, by exact operations alone: equal on every machine.</summary>
    /// <param name="step">From 0.</param>
    internal double FactorAt(long step, long stepsTotal) => step < WarmupSteps
        ? (step + 1.0) / WarmupSteps
        : FactorAfterWarmup(step - WarmupSteps, stepsTotal - WarmupSteps);

    /// <param name="step">From 0, the first after the warm-up.</param>
    /// <param name="stepsTotal">Without those of the warm-up; less than 1 where the run ends before it does.</param>
    private protected abstract double FactorAfterWarmup(long step, long stepsTotal);
}
