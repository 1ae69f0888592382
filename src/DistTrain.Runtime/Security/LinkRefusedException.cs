namespace DistTrain.Runtime.Security;

/// <summary>A peer was not let in, or is not trusted. One sentence: who and why. The run goes on without it.</summary>
public sealed class LinkRefusedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether coming back cannot help; false: the connection broke, or nobody answered in time.</summary>
    public bool IsFinal { get; init; } = true;
}
