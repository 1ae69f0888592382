namespace DistTrain.Protocol;

/// <summary>What a node tells the workers below it, and how long it waits for them.</summary>
internal sealed record CrewSettings(
    Term Term, int BucketCount, string RunJson, string RunHash, string DataHash, string DataFile, ProtocolTimes Times,
    Canary Canary)
{
    /// <summary>Every worker gets its part by its threads alone, and late shards are left to their owners.</summary>
    public bool SharesEvenly { get; init; }
}
