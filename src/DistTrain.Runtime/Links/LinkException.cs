namespace DistTrain.Runtime;

/// <summary>A link that does not come about, or ends. One sentence for people.</summary>
/// <param name="isFinal">Trying again cannot help (a wrong token, another version).</param>
public sealed class LinkException(string message, bool isFinal, Exception? inner = null) : Exception(message, inner)
{
    public bool IsFinal => isFinal;
}
