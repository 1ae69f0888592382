namespace DistTrain.Protocol;

/// <summary>What a coordinator's life is made from.</summary>
/// <param name="Term">Greater than every earlier term of this run: workers turn away from a coordinator of the past.</param>
/// <param name="Start">Updates applied already (0, or a checkpoint's).</param>
/// <param name="BucketCount">Buckets into which sums and weights are cut for the exchange.</param>
/// <param name="WorkersMin">No round starts before so many workers are ready.</param>
public sealed record CoordinatorSettings(
    Term Term, RunPlan Plan, WeightVersion Start, int BucketCount, int WorkersMin, string RunJson, string RunHash,
    string DataHash, string DataFile, ProtocolTimes Times)
{
    /// <summary>The first round waits for so many ready workers; later ones for <see cref="WorkersMin"/>. Default 0: no more than those.</summary>
    public int WorkersAtStart { get; init; }

    /// <summary>Whether the evaluation that is due at <see cref="Start"/> was made before. Default: it is made (again).</summary>
    public bool StartEvaluated { get; init; }

    /// <summary>
    /// Shards go to workers by their threads, whatever their measured speed, and nobody computes late ones again. For
    /// measurements in which every worker has to take part in every round. Default: false.
    /// </summary>
    public bool SharesEvenly { get; init; }

    internal Canary Canary { get; init; }
}
