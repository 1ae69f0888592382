using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <summary>One of two shapes, told apart by the kind of JSON value.</summary>
/// <param name="isFirst">Whether a value is to be checked against the first shape.</param>
internal sealed class EitherShape(Func<JsonTree, bool> isFirst, ValueShape first, ValueShape second) : ValueShape
{
    public override string Expected => $"{first.Expected}, or {second.Expected}";

    public override JsonTree Check(JsonTree value, string path)
    {
        try
        {
            return isFirst(value) ? first.Check(value, path) : second.Check(value, path);
        }
        catch (RunFileException) when (value is not (JsonMap or JsonList))
        {
            Refuse(value, path);
            return value;
        }
    }

    public override JsonObject ToSchema() => new() { ["anyOf"] = new JsonArray(first.ToSchema(), second.ToSchema()) };
}
