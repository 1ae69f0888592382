using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <param name="what">For messages: "a list of layers".</param>
internal sealed class ListShape(ValueShape item, string what, int countMin = 1) : ValueShape
{
    public override string Expected => countMin == 0 ? what : $"{what}, {countMin} or more";

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonList list || list.Items.Length < countMin)
        {
            Refuse(value, path);
            return value;
        }

        return list with { Items = [.. list.Items.Select((entry, index) => item.Check(entry, $"{path}[{index}]"))] };
    }

    public override JsonObject ToSchema() =>
        new() { ["type"] = "array", ["items"] = item.ToSchema(), ["minItems"] = countMin };
}
