using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What the worker's shell tells its machine.</summary>
public abstract record WorkerEvent
{
    private WorkerEvent()
    {
    }

    /// <summary>A connection to the coordinator stands and passed admission.</summary>
    public sealed record Connected : WorkerEvent;

    public sealed record MessageArrived(CoordinatorMessage Message) : WorkerEvent;

    /// <summary>
    /// A whole, checksummed bucket of weights arrived and lies in the shell's buffer for that version. Beside what
    /// computations read, the newest two versions are enough: the whole one, and the one that comes in: buckets of the next
    /// version may come while nodes of the present round are still to be computed. A version that is overwritten before it was used
    /// belongs to a closed round, so nothing computed with it counts.
    /// </summary>
    public sealed record WeightsArrived(CoordinatorMessage.Weights Header) : WorkerEvent;

    /// <summary>Answer to <see cref="WorkerEffect.LoadRun"/>.</summary>
    public sealed record RunLoaded(string RunHash, string DataHash, int BucketCount) : WorkerEvent;

    /// <param name="MayHeal">A connection broke on the way: the next Welcome may find it whole.</param>
    public sealed record RunNotLoaded(string Reason, bool MayHeal = false) : WorkerEvent;

    /// <summary>Answer to <see cref="WorkerEffect.Compute"/>: the node's sums lie in the shell under this handle, one per bucket.</summary>
    public sealed record NodeComputed(Round Round, TreeNode Node, SumHandle Sums, long ComputeMicroseconds) : WorkerEvent;

    /// <summary>
    /// While a node is computed, one bucket of its sums is final already and may leave (the last layers' gradients come first).
    /// May come for some, all or no buckets of a node; NodeComputed follows with the same handle and sends the rest.
    /// </summary>
    /// <param name="ComputeMicroseconds">Time since the last bucket of this node; NodeComputed then tells the rest.</param>
    public sealed record BucketComputed(Round Round, TreeNode Node, int Bucket, SumHandle Sums, long ComputeMicroseconds)
        : WorkerEvent;

    public sealed record NodeNotFinite(Round Round, int Shard, string Tensor, string What) : WorkerEvent;

    /// <summary>Answer to <see cref="WorkerEffect.Compute"/> after <see cref="WorkerEffect.Abandon"/>: there are no sums.</summary>
    public sealed record NodeAbandoned(Round Round, TreeNode Node) : WorkerEvent;

    /// <summary>The connection ended, or connecting failed (also the first time).</summary>
    public sealed record Disconnected(string Reason) : WorkerEvent;

    /// <summary>The process was asked to end (SIGTERM): finish the node in hand, then leave.</summary>
    public sealed record LeaveRequested(string Reason) : WorkerEvent;

    /// <summary>An aggregator's affair: the threads of all workers below it that are ready. 0: it can take no work.</summary>
    public sealed record CapacityChanged(int Threads) : WorkerEvent;

    public sealed record TimePassed : WorkerEvent;
}
