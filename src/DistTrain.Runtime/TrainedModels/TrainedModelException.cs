namespace DistTrain.Runtime;

/// <summary>A trained model, or what it is to be used on, that cannot be used. One sentence for people.</summary>
public sealed class TrainedModelException(string message, Exception? inner = null) : Exception(message, inner);
