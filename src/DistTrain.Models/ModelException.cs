namespace DistTrain.Models;

/// <summary>A model that cannot be built. The message names the layer.</summary>
public sealed class ModelException(string message) : Exception(message);
