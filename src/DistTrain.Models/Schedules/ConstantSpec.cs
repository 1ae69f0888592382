namespace DistTrain.Models;

/// <summary>Rises linearly to 1 over the first WarmupSteps, then stays there.</summary>
/// <param name="WarmupSteps">Steps (batches), 0 or more.</param>
public sealed record ConstantSpec(long WarmupSteps = 0) : ScheduleSpec(WarmupSteps)
{
    public override string Kind => "constant";

    private protected override double FactorAfterWarmup(long step, long stepsTotal) => 1;
}
