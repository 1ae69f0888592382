using System.Globalization;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Puts what the coordinator's machine knows into a report for people.</summary>
internal static class StatusReporter
{
    /// <summary>A round that lasts longer is worth saying whom it waits for.</summary>
    private static readonly TimeSpan RoundIsLong = TimeSpan.FromSeconds(1);

    /// <param name="addressOf">Of a connected worker.</param>
    public static StatusReport Make(
        CoordinatorStatus status, RunPlan plan, RoundLedger ledger, Func<WorkerId, string> addressOf) => new()
    {
        State = status.Phase == "ended" ? "ended"
            : status.Round is null || IsWaiting(status) ? "waiting"
            : status.Round.Kind == RoundKind.Train ? "training" : "evaluating",
        Reason = Reason(status),
        Step = status.Version.Value,
        WeightVersion = status.Version.Value,
        StepsTotal = plan.StepsTotal,
        Epoch = (int)(Math.Min(status.Version.Value, plan.StepsTotal - 1) / plan.StepsPerEpoch) + 1,
        Loss = ledger.Progress.LastLoss,
        Shards = status.Round?.ShardCount ?? 0,
        ShardsDone = status.ShardsDone,
        SamplesPerSecond = ledger.SamplesPerSecond,
        Recoveries = ledger.Progress.Recoveries,
        Workers = [.. status.Workers.Select(worker => new WorkerReport(
            worker.Worker.Value, worker.Name, addressOf(worker.Worker), worker.Threads, worker.ShardsAssigned,
            worker.ShardsUnfinished, Ranges(worker), (worker.ShardsPerSecond ?? 0) * plan.BatchSize / plan.Shards,
            worker.SinceLastWord.TotalSeconds, worker.Health))],
    };

    private static bool IsWaiting(CoordinatorStatus status) =>
        status.Phase.StartsWith("waiting", StringComparison.Ordinal);

    private static string Reason(CoordinatorStatus status)
    {
        if (status.Round is not { } round || IsWaiting(status))
        {
            return status.Phase;
        }

        string reason = $"{status.Phase}: {status.ShardsDone} of {round.ShardCount} shards done";
        if (status.InRound < RoundIsLong)
        {
            return reason;
        }

        IEnumerable<string> missing = status.Workers.Where(worker => worker.ShardsUnfinished > 0).Select(worker =>
            $"worker {worker.Worker.Value} ({worker.Name}) has shards {Ranges(worker)} left and said its last word "
            + $"{Seconds(worker.SinceLastWord)} ago");
        return $"{reason} after {Seconds(status.InRound)}; {string.Join(", ", missing)}";
    }

    /// <summary>The unfinished shards, as in "8–9, 12".</summary>
    internal static string Ranges(WorkerStatus worker) => string.Join(
        ", ", worker.Unfinished.Select(range => range.Count == 1 ? $"{range.First}" : $"{range.First}–{range.End - 1}"));

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
