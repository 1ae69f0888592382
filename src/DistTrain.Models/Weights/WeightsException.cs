namespace DistTrain.Models;

/// <summary>A file of weights that cannot be used. The message names file and tensor.</summary>
public sealed class WeightsException(string message, Exception? inner = null) : Exception(message, inner);
