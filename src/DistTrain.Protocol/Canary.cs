namespace DistTrain.Protocol;

/// <summary>Bugs that tests plant on purpose: a simulator that does not find them is broken. Never set elsewhere.</summary>
internal enum Canary
{
    None = 0,

    /// <summary>The coordinator takes sums of earlier rounds of its term for the present one.</summary>
    StaleRoundsCount = 1,

    /// <summary>The coordinator does not give a lost worker's shards to the others.</summary>
    LostShardsForgotten = 2,

    /// <summary>The worker computes as soon as one bucket of the weights is there.</summary>
    TornWeightsUsed = 3,

    /// <summary>The aggregator keeps workers that had a part in a round that was interrupted and begins again.</summary>
    InterruptedRoundResumed = 4,
}
