namespace DistTrain.Models;

/// <summary>Rises linearly to 1 over the first WarmupSteps, then Factor^⌊(step − WarmupSteps) / Every⌋.</summary>
/// <param name="Every">Steps (batches), 1 or more.</param>
/// <param name="Factor">Above 0, up to 1.</param>
/// <param name="WarmupSteps">Steps (batches), 0 or more.</param>
public sealed record StepSpec(long Every, float Factor, long WarmupSteps = 0) : ScheduleSpec(WarmupSteps)
{
    public override string Kind => "step";

    private protected override double FactorAfterWarmup(long step, long stepsTotal) =>
        ExactMath.Power(Factor, step / Math.Max(1, Every));
}
