using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A worker that joins a coordinator over the network and serves it until the run ends.</summary>
public static class WorkerNode
{
    /// <param name="leave">The worker is asked to go: it finishes the work in hand, hands back the rest and ends.</param>
    /// <returns>How it ended: completed with the run, stopped on request, or failed with the reason.</returns>
    public static Task<RunEnd> RunAsync(WorkerRequest request, CancellationToken leave) =>
        throw new NotSupportedException();
}
