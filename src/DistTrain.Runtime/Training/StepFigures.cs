namespace DistTrain.Runtime;

/// <summary>One applied update.</summary>
/// <param name="Step">Updates applied so far, this one included; the first is 1.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Loss">The batch's average loss, before the update.</param>
/// <param name="Accuracy">Share of the batch's rows predicted right, before the update; null for regression.</param>
/// <param name="LearningRate">In force for this update.</param>
/// <param name="Seconds">From the update before this one to this one.</param>
/// <param name="SamplesPerSecond">Smoothed over the last steps.</param>
/// <param name="Workers">Workers that hold a connection.</param>
public readonly record struct StepFigures(
    long Step, int Epoch, int Rows, double Loss, double? Accuracy, double LearningRate, double Seconds,
    double SamplesPerSecond, int Workers)
{
    /// <summary>Where the time went.</summary>
    public StepTimes Times { get; init; }
}
