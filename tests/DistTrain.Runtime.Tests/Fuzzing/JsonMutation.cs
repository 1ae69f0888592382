using System.Text.Json.Nodes;

namespace DistTrain.Runtime.Tests.Fuzzing;

/// <summary>Changes JSON to other JSON at random, repeatably: what a hand slip or another version leaves, and still parses.</summary>
internal sealed class JsonMutation(int seed)
{
    /// <summary>Stands for half a character, which a writer refuses.</summary>
    private const string Surrogate = "\"half a character\"";

    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1", "2", "7", "0.5", "1e30", "-1e-30", "2147483647", "2147483648", "9223372036854775807",
        "1e400", "\"\"", "\"x\"", "\"NaN\"", "\"classes\"", Surrogate, "[]", "[null]", "[1,2]", "{}", "{\"type\":\"relu\"}",
    ];

    private readonly Random _random = new(seed);

    public string Of(string good)
    {
        JsonNode root = JsonNode.Parse(good)!;
        int changes = 1 + _random.Next(2);
        for (int change = 0; change < changes; change++)
        {
            Change(root);
        }

        return root.ToJsonString().Replace(Surrogate, "\"\\ud800\"", StringComparison.Ordinal);
    }

    private void Change(JsonNode root)
    {
        JsonNode[] parents = [.. All(root).Where(static node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })];
        if (parents.Length == 0)
        {
            return;
        }

        JsonNode? value = JsonNode.Parse(Values[_random.Next(Values.Length)]);
        bool isRemoved = _random.Next(5) == 0;
        JsonNode parent = parents[_random.Next(parents.Length)];
        if (parent is JsonArray list)
        {
            int index = _random.Next(list.Count);
            list.RemoveAt(index);
            if (!isRemoved)
            {
                list.Insert(index, value);
            }

            return;
        }

        var map = (JsonObject)parent;
        string key = map.ElementAt(_random.Next(map.Count)).Key;
        map.Remove(key);
        if (!isRemoved)
        {
            map.Add(key, value);
        }
    }

    private static IEnumerable<JsonNode> All(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject map => map.Select(static pair => pair.Value),
            JsonArray list => list,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(All).Prepend(node);
    }
}
