using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DistTrain.Data;

namespace DistTrain.Runtime.RunFiles;

/// <summary>An object with declared keys; any other key is an error that names the nearest declared one.</summary>
internal sealed class MapShape(string description, params ImmutableArray<MapKey> keys) : ValueShape
{
    public string Description => description;

    public ImmutableArray<MapKey> Keys => keys;

    /// <summary>What keys demand of each other. Default: nothing.</summary>
    public ImmutableArray<MapRule> Rules { get; init; } = [];

    public override string Expected => "an object";

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonMap map)
        {
            Refuse(value, path);
            return value;
        }

        RefuseUnknownKeys(map, path);
        ImmutableArray<JsonMember>.Builder members = ImmutableArray.CreateBuilder<JsonMember>(keys.Length);
        foreach (MapKey key in keys)
        {
            JsonTree? given = map[key.Name];
            string keyPath = Join(path, key.Name);
            if ((given is null or JsonNull) && key.IsRequired)
            {
                throw new RunFileException(
                    $"{map.Origin}: {keyPath} is missing ({LowerFirst(key.Description)}); expected {key.Shape.Expected}");
            }

            JsonTree? effective = given is null or JsonNull ? Place(key.Default, map.Origin) : given;
            if (effective is not null)
            {
                members.Add(new JsonMember(effective.Origin, key.Name, key.Shape.Check(effective, keyPath)));
            }
        }

        JsonMap complete = map with { Members = members.ToImmutable() };
        foreach (MapRule rule in Rules)
        {
            rule.Check(complete, path);
        }

        return complete;
    }

    public override JsonObject ToSchema()
    {
        var properties = new JsonObject();
        foreach (MapKey key in keys)
        {
            JsonObject schema = key.Shape.ToSchema();
            schema["description"] = key.Description;
            if (key.Default is not (null or JsonMap))
            {
                schema["default"] = JsonNode.Parse(CanonicalJson.Write(key.Default, "/"));
            }

            properties[key.Name] = schema;
        }

        var map = new JsonObject
        {
            ["type"] = "object",
            ["description"] = description,
            ["properties"] = properties,
            ["required"] = new JsonArray([.. keys.Where(key => key.IsRequired).Select(key => (JsonNode)key.Name)]),
            ["additionalProperties"] = false,
        };
        if (!Rules.IsEmpty)
        {
            map["allOf"] = new JsonArray([.. Rules.Select(rule => rule.ToSchema())]);
        }

        return map;
    }

    private static JsonTree? Place(JsonTree? value, string origin) => value is null ? null : value with { Origin = origin };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string LowerFirst(string sentence) =>
        sentence.Length == 0 ? sentence : char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');

    private void RefuseUnknownKeys(JsonMap map, string path)
    {
        foreach (JsonMember member in map.Members)
        {
            if (keys.Any(key => key.Name == member.Name))
            {
                continue;
            }

            string? nearest = NearestName.Find(member.Name, keys.Select(key => key.Name));
            string help = nearest is null
                ? $"known here: {string.Join(", ", keys.Select(key => key.Name))}"
                : $"did you mean {Join(path, nearest)}?";
            throw new RunFileException($"{member.Origin}: {Join(path, member.Name)} is unknown; {help}");
        }
    }
}
