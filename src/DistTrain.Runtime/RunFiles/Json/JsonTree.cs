using System.Collections.Immutable;

namespace DistTrain.Runtime.RunFiles;

/// <summary>A JSON value that remembers where it was written, for messages.</summary>
/// <param name="Origin">As in "examples/my.json line 12", or "--set training.epochs=3".</param>
internal abstract record JsonTree(string Origin)
{
    /// <summary>The kind of value in a message: "a number", "a list".</summary>
    public abstract string Kind { get; }
}

internal sealed record JsonMap(string Origin, ImmutableArray<JsonMember> Members) : JsonTree(Origin)
{
    public override string Kind => "an object";

    public JsonTree? this[string name]
    {
        get
        {
            foreach (JsonMember member in Members)
            {
                if (member.Name == name)
                {
                    return member.Value;
                }
            }

            return null;
        }
    }
}

/// <param name="Origin">Where the key stands.</param>
internal sealed record JsonMember(string Origin, string Name, JsonTree Value);

internal sealed record JsonList(string Origin, ImmutableArray<JsonTree> Items) : JsonTree(Origin)
{
    public override string Kind => "a list";
}

/// <param name="IsPath">A file path, relative to the run file's folder; the canonical form makes it absolute.</param>
/// <param name="IsFromFlag">Given on the command line: a path is then relative to the working folder.</param>
internal sealed record JsonText(string Origin, string Text, bool IsPath = false, bool IsFromFlag = false)
    : JsonTree(Origin)
{
    public override string Kind => $"the text \"{Text}\"";
}

internal sealed record JsonNumber(string Origin, double Value) : JsonTree(Origin)
{
    public override string Kind => "a number";
}

internal sealed record JsonFlag(string Origin, bool Value) : JsonTree(Origin)
{
    public override string Kind => Value ? "true" : "false";
}

internal sealed record JsonNull(string Origin) : JsonTree(Origin)
{
    public override string Kind => "null";
}
