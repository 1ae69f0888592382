namespace DistTrain.Simulation;

/// <summary>The wires of a cluster. Every host has one link, full duplex, and the switch between them keeps up with all.</summary>
/// <param name="BytesPerSecond">Of a host's link, in each direction; infinite where nothing travels.</param>
/// <param name="LatencySeconds">From one host to another, one way.</param>
/// <param name="SharedCores">Cores that all nodes share, for a cluster on one machine; null: every node has its own machine.</param>
public sealed record ClusterNetwork(double BytesPerSecond, double LatencySeconds, int? SharedCores = null);
