namespace DistTrain.Runtime;

/// <summary>The local engine: trains on this machine, on worker actors in this process or on worker processes.</summary>
public static class LocalTraining
{
    /// <param name="cancellation">Ends the run in good order: a checkpoint is written and the result says where.</param>
    /// <exception cref="TrainingException">The run cannot start: what, and what to do, in one sentence.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="Models.ModelException">The model cannot be built on this data.</exception>
    public static Task<TrainingResult> RunAsync(
        TrainingRequest request, ITrainingObserver observer, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
