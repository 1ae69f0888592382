namespace DistTrain.Runtime.Benchmarking;

/// <summary>A run whose output folder is gone when it ends.</summary>
internal static class TemporaryRun
{
    /// <param name="request">Made for the output folder.</param>
    public static async Task<TrainingResult> RunAsync(
        Func<string, TrainingRequest> request, ITrainingObserver observer, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("disttrain-bench-").FullName;
        try
        {
            return await LocalTraining.RunAsync(request(folder), observer, cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
