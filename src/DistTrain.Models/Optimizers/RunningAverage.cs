namespace DistTrain.Models;

/// <summary>How running statistics change: running ← (1 − momentum)·running + momentum·statistic of the batch.</summary>
internal static class RunningAverage
{
    /// <param name="running">Updated in place.</param>
    /// <param name="statistic">Shape of <paramref name="running"/>.</param>
    public static void Apply(Span<float> running, ReadOnlySpan<float> statistic, float momentum)
    {
        float rest = 1f - momentum;
        for (int at = 0; at < running.Length; at++)
        {
            running[at] = (rest * running[at]) + (momentum * statistic[at]);
        }
    }
}
