using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The worker's end of its connection to the coordinator. No call blocks; a failure shows as a disconnection.</summary>
public interface ICoordinatorPort
{
    /// <summary>Called once when the worker knows of the connection; nothing arrives before.</summary>
    void Start();

    void Send(WorkerMessage message);

    /// <summary>The port takes a reference of its own to the view's buffer for as long as it needs.</summary>
    void SendPartial(WorkerMessage.PartialSum header, SumView sums);

    /// <summary>
    /// A sum vector of a training round that the coordinator can read where it lies, so that sending it copies nothing.
    /// Called from compute threads.
    /// </summary>
    /// <returns>With one reference; its content is undefined. Null: there is none, use one of this process's own.</returns>
    SumBuffer? TryRentSums() => null;

    /// <summary>
    /// Whether these sums go where the coordinator's update looks for values that are not finite, so that the worker need not
    /// walk through them for that; false where they leave as a worker's word, which must be right.
    /// </summary>
    bool TakesUnchecked(SumBuffer sums) => false;

    /// <summary>What the coordinator, where it is in this process, has to do for compute threads that wait; null: nothing.</summary>
    ISpareWork? SpareWork => null;

    /// <summary>Says which vectors are expected from now on; before it no weights are taken.</summary>
    void ExpectWeights(BucketPlan buckets);

    /// <summary>Ends the connection after what was sent before. No event follows.</summary>
    void Close(string reason);
}
