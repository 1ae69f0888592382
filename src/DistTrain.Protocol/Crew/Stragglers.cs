namespace DistTrain.Protocol;

/// <summary>
/// Finds shards of the round in hand that are later than the measured times let expect, for idle workers to repeat.
/// </summary>
/// <remarks>
/// A worker is late when what it was given has taken more than <see cref="LateFactor"/> times what its own last rounds
/// let expect (for a worker without a measurement: what the median of the others lets expect). A shard is late when every
/// worker that has it is late, so a helper that lags itself is helped in turn. Equal work gives equal bits: whichever
/// result comes first counts, the other one is a duplicate.
/// </remarks>
internal static class Stragglers
{
    /// <summary>How many times the expected duration a worker may take.</summary>
    public const double LateFactor = 1.75;

    /// <summary>Beside it, for the jitter of clocks and schedulers, so that rounds of microseconds are not repeated in vain.</summary>
    public const double LateSlackSeconds = 0.01;

    /// <summary>
    /// Where nothing is measured yet: an idle worker waits so long before it repeats what another has. It has nothing
    /// better to do, and a first worker that never answers would hold the run up for ever.
    /// </summary>
    public const double UnmeasuredSeconds = 2.5;

    /// <summary>What to expect of an unmeasured worker: the medians over the measured ones; null where none is measured.</summary>
    public static (double ShardsPerSecondAndThread, double OverheadSeconds)? Typical(
        IReadOnlyList<WorkerEntry> workers, RoundKind kind)
    {
        List<double> perThread = [];
        List<double> overheads = [];
        foreach (WorkerEntry worker in workers)
        {
            if (worker.Speed(kind).ShardsPerSecond is double speed)
            {
                perThread.Add(speed / worker.Threads);
                overheads.Add(worker.Speed(kind).OverheadSeconds);
            }
        }

        return perThread.Count == 0 ? null : (Median(perThread), Median(overheads));
    }

    /// <summary>Adds the late shards that a worker could repeat, in order.</summary>
    public static void AddLateShards(
        IReadOnlyList<WorkerEntry> workers, RoundProgress progress, RoundKind kind, Instant now, List<int> shards)
    {
        (double, double)? typical = Typical(workers, kind);
        List<WorkerEntry> late = [];
        List<WorkerEntry> inTime = [];
        foreach (WorkerEntry worker in workers)
        {
            if (worker.IsReady && worker.IsBusy)
            {
                bool isLate = worker.LateAt(kind, typical) <= now;
                (isLate ? late : inTime).Add(worker);
            }
        }

        for (int shard = 0; late.Count > 0 && shard < progress.Shards; shard++)
        {
            if (!progress.IsDone(shard) && late.Exists(worker => worker.Has(shard))
                && !inTime.Exists(worker => worker.Has(shard)))
            {
                shards.Add(shard);
            }
        }
    }

    /// <summary>The next moment at which a worker that is in time becomes late; null if none can.</summary>
    public static Instant? NextLateAt(IReadOnlyList<WorkerEntry> workers, RoundKind kind, Instant now)
    {
        (double, double)? typical = Typical(workers, kind);
        Instant? next = null;
        foreach (WorkerEntry worker in workers)
        {
            if (worker.IsReady && worker.IsBusy && worker.LateAt(kind, typical) is var at && at > now
                && (next is null || at < next))
            {
                next = at;
            }
        }

        return next;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
