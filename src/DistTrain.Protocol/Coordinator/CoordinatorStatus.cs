using System.Collections.Immutable;

namespace DistTrain.Protocol;

/// <summary>What the coordinator's machine knows at a moment, for people. A value; it changes nothing.</summary>
/// <param name="Phase">What the run does now, in one clause ("computing", "waiting for workers: 1 of 2 present", …).</param>
/// <param name="Round">The round in hand; null between rounds.</param>
/// <param name="ShardsDone">Shards of the round whose sums are all in.</param>
/// <param name="WorkersLost">Workers that died, fell silent or were refused after they took part.</param>
/// <param name="InRound">Since the round in hand began; zero between rounds.</param>
public sealed record CoordinatorStatus(
    Term Term, string Phase, WeightVersion Version, Round? Round, int ShardsDone, int WorkersMin, int WorkersLost,
    TimeSpan InRound, ImmutableArray<WorkerStatus> Workers);

/// <param name="Health">"ready", "loading", "leaving", "late" or "silent".</param>
/// <param name="IsReady">Takes part: it is welcomed, has loaded the run, and does not leave.</param>
/// <param name="ShardsAssigned">Of the round in hand.</param>
/// <param name="Unfinished">Of those assigned, in order.</param>
/// <param name="ShardsPerSecond">Measured average; null before the first measurement.</param>
/// <param name="SinceLastWord">Age of the last message or sum.</param>
public sealed record WorkerStatus(
    WorkerId Worker, string Name, int Threads, string Health, bool IsReady, int ShardsAssigned,
    ImmutableArray<ShardRange> Unfinished, double? ShardsPerSecond, TimeSpan SinceLastWord)
{
    public int ShardsUnfinished => Unfinished.Sum(range => range.Count);
}
