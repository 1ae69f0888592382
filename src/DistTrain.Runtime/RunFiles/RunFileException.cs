namespace DistTrain.Runtime;

/// <summary>
/// A run file, or an override of it, that cannot be used. The message is one sentence: file and line (or the flag), the
/// key, what is wrong with its value, what was expected.
/// </summary>
public sealed class RunFileException(string message) : Exception(message);
