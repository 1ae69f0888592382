using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <summary>A shape by its name, so that shapes may contain themselves; in the schema a reference into "$defs".</summary>
internal sealed class ReferenceShape(string name, Func<ValueShape> target) : ValueShape
{
    public string Name => name;

    public ValueShape Target => target();

    public override string Expected => Target.Expected;

    public override JsonTree Check(JsonTree value, string path) => Target.Check(value, path);

    public override JsonObject ToSchema() => new() { ["$ref"] = $"#/$defs/{name}" };
}
