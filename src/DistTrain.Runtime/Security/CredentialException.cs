namespace DistTrain.Runtime.Security;

/// <summary>A certificate, key, token or flag about them that the user gave is missing or wrong. One sentence: what, and what to do.</summary>
public sealed class CredentialException(string message, Exception? inner = null) : Exception(message, inner);
