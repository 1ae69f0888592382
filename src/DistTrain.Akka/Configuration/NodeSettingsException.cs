namespace DistTrain.Akka;

/// <summary>What a user gave as a node's settings is missing or wrong. One sentence: what, where, and what to do.</summary>
public sealed class NodeSettingsException(string message, Exception? inner = null) : Exception(message, inner);
