using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <summary>Two whole numbers: [height, width].</summary>
internal sealed class PairShape(int min) : ValueShape
{
    private readonly IntegerShape _item = new(min, 1 << 20);

    public override string Expected => "[height, width]";

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonList { Items.Length: 2 } pair)
        {
            Refuse(value, path);
            return value;
        }

        return pair with { Items = [.. pair.Items.Select((item, index) => _item.Check(item, $"{path}[{index}]"))] };
    }

    public override JsonObject ToSchema() => new()
    {
        ["type"] = "array", ["items"] = _item.ToSchema(), ["minItems"] = 2, ["maxItems"] = 2,
    };
}
