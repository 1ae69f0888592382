namespace DistTrain.Protocol;

/// <summary>What a node tells the workers below it, and how long it waits for them.</summary>
internal sealed record CrewSettings(
    Term Term, int BucketCount, string RunJson, string RunHash, string DataHash, string DataFile, ProtocolTimes Times,
    Canary Canary);
