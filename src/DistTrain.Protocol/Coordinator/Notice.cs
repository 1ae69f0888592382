namespace DistTrain.Protocol;

/// <summary>A fact about the cluster that people want to know; the shell logs it and counts it.</summary>
public abstract record Notice(string Text)
{
    public sealed record WorkerJoined(WorkerId Worker, string Name, int Threads)
        : Notice($"{Worker} ({Name}) joined with {Threads} {(Threads == 1 ? "thread" : "threads")}");

    public sealed record WorkerLost(WorkerId Worker, string Name, string Reason, int ShardsReassigned)
        : Notice($"{Worker} ({Name}) is gone: {Reason}; {HandedOn(ShardsReassigned)}");

    public sealed record WorkerLeft(WorkerId Worker, string Name, string Reason, int ShardsReassigned)
        : Notice($"{Worker} ({Name}) leaves: {Reason}; {HandedOn(ShardsReassigned)}");

    public sealed record WorkerRefused(WorkerId Worker, string Reason)
        : Notice($"{Worker} was refused: {Reason}");

    public sealed record WaitingForWorkers(int Present, int Needed, string Why)
        : Notice($"waiting for workers: {Present} of {Needed} present ({Why})");

    public sealed record ShardsRepeated(WorkerId Slow, WorkerId Helper, int Shards)
        : Notice($"{Slow} lags: {Shards} of its shards are computed again by {Helper}");

    private static string HandedOn(int shards) => shards switch
    {
        0 => "it leaves nothing unfinished",
        1 => "its unfinished shard goes to the others",
        _ => $"its {shards} unfinished shards go to the others",
    };
}
