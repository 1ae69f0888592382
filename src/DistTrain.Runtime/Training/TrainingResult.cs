using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>How a run ended, and its figures.</summary>
public sealed record TrainingResult(RunSummary Summary, RunEnd End);

/// <summary>A run that cannot start or go on because of what the user gave. One sentence for people.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
