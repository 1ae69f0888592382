using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What the worker's machine wants done. The shell performs the effects of one event in order.</summary>
public abstract record WorkerEffect
{
    private WorkerEffect()
    {
    }

    public sealed record Send(WorkerMessage Message) : WorkerEffect;

    /// <summary>Parse the run file, get the data, build the network; answer RunLoaded or RunNotLoaded.</summary>
    public sealed record LoadRun(CoordinatorMessage.Welcome Welcome) : WorkerEffect;

    /// <summary>
    /// Compute the sums of one tree node; answer NodeComputed, NodeNotFinite or NodeAbandoned. A worker is given one at a time.
    /// Weights of the round's version may still be missing: a bucket is read only once <see cref="OpenWeights"/> named it, and
    /// no answer but NodeAbandoned comes before all were named.
    /// </summary>
    public sealed record Compute(Round Round, TreeNode Node) : WorkerEffect;

    /// <summary>This bucket of that version is here, and counts: computations may read it.</summary>
    public sealed record OpenWeights(WeightVersion Version, int Bucket) : WorkerEffect;

    /// <summary>
    /// What is being computed is not wanted any more. Where it waits for weights they may never come: end it, and answer
    /// NodeAbandoned; where it does not, it may as well run to its end.
    /// </summary>
    public sealed record Abandon : WorkerEffect;

    /// <summary>Send one bucket of the sums over the tensor link.</summary>
    public sealed record SendPartial(WorkerMessage.PartialSum Header, SumHandle Sums) : WorkerEffect;

    /// <summary>The sums are sent or not wanted any more.</summary>
    public sealed record Release(SumHandle Sums) : WorkerEffect;

    /// <summary>
    /// End the connection, if any, and connect again not before <paramref name="After"/>; answer Connected, or Disconnected
    /// where it failed. Nothing of the old connection is delivered any more.
    /// </summary>
    public sealed record Reconnect(TimeSpan After, string Reason) : WorkerEffect;

    /// <summary>The worker is done.</summary>
    public sealed record Finish(RunEnd End) : WorkerEffect;
}
