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

    /// <summary>Says which vectors are expected from now on; before it no weights are taken.</summary>
    void ExpectWeights(BucketPlan buckets);

    /// <summary>Ends the connection after what was sent before. No event follows.</summary>
    void Close(string reason);
}
