namespace DistTrain.Models;

/// <summary>
/// Rises linearly to 1 over the first WarmupSteps, then falls along half a cosine to MinimumFactor at the run's last step
/// (Loshchilov and Hutter 2017, equation 5, without restarts).
/// </summary>
/// <param name="WarmupSteps">Steps (batches), 0 or more.</param>
/// <param name="MinimumFactor">0 to 1.</param>
public sealed record CosineSpec(long WarmupSteps = 0, float MinimumFactor = 0) : ScheduleSpec(WarmupSteps)
{
    public override string Kind => "cosine";

    private protected override double FactorAfterWarmup(long step, long stepsTotal)
    {
        double share = Math.Min(1, (double)step / Math.Max(1, stepsTotal - 1));
        return MinimumFactor + ((1.0 - MinimumFactor) * 0.5 * (1 + ExactMath.CosineOfPi(share)));
    }
}
