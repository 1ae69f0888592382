using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>An aggregator's answer to a status request: the workers below it, in a coordinator's form.</summary>
internal static class AggregatorReport
{
    /// <param name="run">Null: not known yet.</param>
    public static StatusReport Of(CoordinatorStatus status, LoadedRun? run, Func<WorkerId, string> addressOf)
    {
        double rowsPerShard = run is null ? 0 : (double)run.Plan.BatchSize / run.Plan.Shards;
        return new StatusReport
        {
            State = status.Phase is "aggregating" or "between rounds" ? "training" : "waiting",
            Reason = $"aggregator: {status.Phase}",
            Step = status.Version.Value,
            WeightVersion = status.Version.Value,
            StepsTotal = run?.Plan.StepsTotal ?? 0,
            Epoch = run is null ? 0 : (int)(status.Version.Value / run.Plan.StepsPerEpoch) + 1,
            Recoveries = status.WorkersLost,
            Shards = status.Round?.ShardCount ?? 0,
            ShardsDone = status.ShardsDone,
            Workers =
            [
                .. status.Workers.Select(worker => new WorkerReport(
                    worker.Worker.Value, worker.Name, addressOf(worker.Worker), worker.Threads, worker.ShardsAssigned,
                    worker.ShardsUnfinished, StatusReporter.Ranges(worker), (worker.ShardsPerSecond ?? 0) * rowsPerShard, worker.SinceLastWord.TotalSeconds, worker.Health)),
            ],
        };
    }
}
