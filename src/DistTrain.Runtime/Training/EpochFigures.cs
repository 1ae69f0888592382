namespace DistTrain.Runtime;

/// <summary>One finished epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Updates applied so far.</param>
/// <param name="TrainLoss">Average over the epoch's rows, each with the weights of its step.</param>
/// <param name="TrainAccuracy">Null for regression.</param>
/// <param name="Test">Null where no evaluation was due, or the validation part was evaluated.</param>
/// <param name="Seconds">Time of the epoch, evaluation included.</param>
/// <param name="SamplesPerSecond">Training rows over the time of the epoch's steps.</param>
/// <param name="Validation">Null where no evaluation was due, or there is no validation part.</param>
public sealed record EpochFigures(
    int Epoch, long Step, double TrainLoss, double? TrainAccuracy, EvaluationFigures? Test, double Seconds,
    double SamplesPerSecond, EvaluationFigures? Validation = null);

/// <summary>Averages over all rows of a part, with fixed weights.</summary>
/// <param name="Accuracy">Share of rows predicted right; null for regression.</param>
/// <param name="MeanAbsoluteError">Per output; null for classification.</param>
/// <param name="RootMeanSquareError">Per output; null for classification.</param>
public sealed record EvaluationFigures(
    int Rows, double Loss, double? Accuracy, double? MeanAbsoluteError, double? RootMeanSquareError);
