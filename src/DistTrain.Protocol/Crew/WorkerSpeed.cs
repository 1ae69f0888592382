namespace DistTrain.Protocol;

/// <summary>
/// How fast one worker was in the last rounds of one kind: shards a second of computing, and what a round costs beside
/// it (weights down, sums up, waiting). Exponential averages, so that a change of speed is followed within a few rounds.
/// </summary>
internal sealed class WorkerSpeed
{
    /// <summary>Weight of the newest round.</summary>
    private const double NewestShare = 0.4;

    /// <summary>
    /// How much a worker without work is believed to have become faster each round: one that was slow for a while is
    /// tried again instead of standing idle for ever.
    /// </summary>
    private const double TryAgainFactor = 1.1;

    /// <summary>Shards a second; null before the first measurement.</summary>
    public double? ShardsPerSecond { get; private set; }

    /// <summary>Seconds of a round that were not computing.</summary>
    public double OverheadSeconds { get; private set; }

    /// <param name="shards">Shards that were computed and arrived; at least 1.</param>
    /// <param name="computeSeconds">Time that the worker says it computed.</param>
    /// <param name="wallSeconds">Time from the assignment to the arrival of the last sum.</param>
    public void Measure(int shards, double computeSeconds, double wallSeconds)
    {
        // A worker's own figure is believed only as far as the clock here allows.
        double compute = Math.Clamp(computeSeconds, SecondsMin, Math.Max(wallSeconds, SecondsMin));
        double overhead = Math.Max(0, wallSeconds - compute);
        OverheadSeconds = ShardsPerSecond is null ? overhead : Mix(OverheadSeconds, overhead);
        ShardsPerSecond = ShardsPerSecond is double speed ? 1 / Mix(1 / speed, compute / shards) : shards / compute;
    }

    /// <summary>The worker did not finish so many shards in this time: it is at most so fast.</summary>
    public void MeasureAtMost(int shards, double wallSeconds)
    {
        double most = shards / Math.Max(wallSeconds, SecondsMin);
        if (ShardsPerSecond is not double speed)
        {
            // One that is helped out from its first round on would else never be measured, and stay overloaded.
            ShardsPerSecond = most;
        }
        else if (speed > most)
        {
            ShardsPerSecond = 1 / Mix(1 / speed, 1 / most);
        }
    }

    public void SatIdle(double typicalShardsPerSecond)
    {
        if (ShardsPerSecond is double speed && speed < typicalShardsPerSecond)
        {
            ShardsPerSecond = Math.Min(typicalShardsPerSecond, speed * TryAgainFactor);
        }
    }

    private static double Mix(double old, double newest) => old + (NewestShare * (newest - old));

    private const double SecondsMin = 1e-6;
}
