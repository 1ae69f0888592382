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

    /// <summary>The coordinator takes sums of other terms.</summary>
    TermsIgnored = 5,

    /// <summary>The coordinator takes every seventh batch twice.</summary>
    BatchesRepeated = 6,

    /// <summary>The coordinator does not have late shards repeated.</summary>
    LateShardsLeft = 7,

    /// <summary>What a lost worker had finished is given out again with the rest.</summary>
    FinishedShardsGiven = 8,

    /// <summary>The coordinator compares no hashes.</summary>
    StrangersAdmitted = 9,

    /// <summary>The coordinator passes over a worker's word that a value is not finite.</summary>
    DivergenceIgnored = 10,

    /// <summary>A worker that lost its coordinator does not look for it.</summary>
    WorkersStayAway = 11,

    /// <summary>The coordinator forgets to give back sums of the past.</summary>
    SumsKept = 12,
}
