using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What a worker says to its coordinator. Small; sums travel over the tensor link behind a <see cref="PartialSum"/>.</summary>
public abstract record WorkerMessage
{
    private WorkerMessage()
    {
    }

    /// <summary>First word on a new connection.</summary>
    /// <param name="ProtocolVersion">Must equal <see cref="ProtocolVersions.Current"/>.</param>
    /// <param name="Name">For people: host and process.</param>
    /// <param name="Threads">Compute threads; 1 or more.</param>
    public sealed record Hello(int ProtocolVersion, string Name, int Threads) : WorkerMessage;

    /// <summary>Run file and data are loaded; work may come.</summary>
    /// <param name="RunHash">SHA-256 of the run file as received, in hex.</param>
    /// <param name="DataHash">Content hash of the prepared data, in hex.</param>
    public sealed record Ready(Term Term, string RunHash, string DataHash) : WorkerMessage;

    /// <summary>The header of one partial sum: the sums of one tree node of one bucket of one round.</summary>
    /// <param name="Bucket">Index into the run's bucket plan.</param>
    /// <param name="ComputeMicroseconds">Time spent on the node's shards, for load balance: what no earlier bucket of the node counted.</param>
    public sealed record PartialSum(Term Term, RoundNumber Round, int Bucket, TreeNode Node, long ComputeMicroseconds)
        : WorkerMessage
    {
        /// <summary>What the compute time went into, as far as it is known; filled in by the shell.</summary>
        public ComputeParts Parts { get; init; }
    }

    /// <summary>Sign of life, sent every <see cref="ProtocolTimes.HeartbeatEvery"/>.</summary>
    public sealed record Heartbeat(Term Term, RoundNumber Round, int ShardsLeft) : WorkerMessage;

    /// <summary>A not-a-number or infinite value came out; the run cannot go on.</summary>
    public sealed record NotFinite(Term Term, RoundNumber Round, int Shard, string Tensor, string What) : WorkerMessage;

    /// <summary>The worker ends in good order; the shards that it did not return go to the others.</summary>
    public sealed record Leaving(Term Term, string Reason) : WorkerMessage;

    /// <summary>
    /// Answer to a Welcome of the past: this worker served a newer coordinator of the same run. The older one steps down.
    /// </summary>
    /// <param name="Newer">Greater than <paramref name="Term"/>, the term that it was welcomed to.</param>
    public sealed record Superseded(Term Term, Term Newer) : WorkerMessage;

    /// <summary>The worker cannot take part (other data, no memory); it says why and goes.</summary>
    public sealed record Unfit(string Reason) : WorkerMessage;
}
