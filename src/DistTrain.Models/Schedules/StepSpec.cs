namespace DistTrain.Models;

/// <summary>Factor^⌊step / Every⌋.</summary>
/// <param name="Every">Steps (batches), 1 or more.</param>
/// <param name="Factor">Above 0, up to 1.</param>
public sealed record StepSpec(long Every, float Factor) : ScheduleSpec
{
    public override string Kind => "step";

    internal override double FactorAt(long step, long stepsTotal) => ExactMath.Power(Factor, step / Math.Max(1, Every));
}
