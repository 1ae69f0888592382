namespace DistTrain.Protocol;

/// <summary>Bytes from a peer that do not follow the protocol. The message says what was found and what was expected.</summary>
public sealed class WireFormatException(string message) : Exception(message);
