namespace DistTrain.Simulation;

/// <summary>A checker found that one of the cluster's promises does not hold.</summary>
public sealed class PromiseBrokenException(string message) : Exception(message);
