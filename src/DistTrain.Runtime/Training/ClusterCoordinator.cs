namespace DistTrain.Runtime;

/// <summary>The coordinator of a cluster: listens, admits workers and trains with those that are there.</summary>
public static class ClusterCoordinator
{
    /// <param name="cancellation">Ends the run in good order: a checkpoint is written and the result says where.</param>
    /// <exception cref="TrainingException">The run cannot start (a busy port, ...): what, and what to do.</exception>
    public static Task<TrainingResult> RunAsync(
        ClusterRequest request, ITrainingObserver observer, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
