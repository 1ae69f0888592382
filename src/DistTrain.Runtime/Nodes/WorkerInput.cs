using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>What reaches a worker's shell: events for its machine, with the floats that the machine never sees.</summary>
public abstract record WorkerInput
{
    private WorkerInput()
    {
    }

    /// <summary>A connection stands and passed admission.</summary>
    public sealed record Connected(ICoordinatorPort Port) : WorkerInput;

    /// <summary>Something of a connection; dropped when the connection is no longer the worker's.</summary>
    public sealed record Arrived(ICoordinatorPort Port, CoordinatorMessage Message) : WorkerInput;

    /// <summary>One bucket of weights lies in the buffer; a reference to it comes along.</summary>
    public sealed record WeightsArrived(ICoordinatorPort Port, CoordinatorMessage.Weights Header, WeightBuffer Buffer)
        : WorkerInput;

    /// <param name="Port">Null: connecting failed.</param>
    public sealed record Disconnected(ICoordinatorPort? Port, string Reason) : WorkerInput;

    public sealed record Loaded(LoadedRun Run) : WorkerInput;

    /// <param name="MayHeal">A connection broke on the way.</param>
    public sealed record NotLoaded(string Reason, bool MayHeal) : WorkerInput;

    public sealed record BucketComputed(ComputedBucket Bucket) : WorkerInput;

    public sealed record Computed(ComputedNode Node) : WorkerInput;

    public sealed record LeaveRequested(string Reason) : WorkerInput;
}
