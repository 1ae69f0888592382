namespace DistTrain.Akka;

/// <summary>A host has no address, or this machine no network towards it; that may change.</summary>
internal sealed class NoRouteException(string message, Exception inner) : Exception(message, inner);
