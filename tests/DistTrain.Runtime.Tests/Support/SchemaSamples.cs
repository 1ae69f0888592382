using System.Text.Json.Nodes;

namespace DistTrain.Runtime.Tests;

/// <summary>
/// Makes values up that a schema allows, most rules between keys aside, and changes them so that many are not allowed any more.
/// </summary>
internal sealed class SchemaSamples(JsonObject root, int seed)
{
    private static readonly string[] Odd =
    [
        "true", "0", "1", "-1", "0.5", "3.0", "2147483648", "9007199254740994", "4097", "1048577", "16777217", "-100001",
        "\"\"", "\"a\"", "\";;\"", "\"none\"", "\"classes\"", "\"adam\"", "[]", "[1]", "[1, 2]", "[1, 2, 3]", "[\"a\"]", "{}",
        "{ \"type\": \"relu\" }", "{ \"type\": \"sgd\", \"learningRate\": 0.1 }",
    ];

    private readonly string[] _names = [.. Names(root).Distinct().Order(StringComparer.Ordinal)];

#pragma warning disable CA5394 // Repeatable on purpose.
    private readonly Random _random = new(seed);

    public JsonNode Next()
    {
        JsonNode value = Make(root);
        for (int changes = _random.Next(3); changes > 0; changes--)
        {
            Change(value);
        }

        return value;
    }

    private JsonNode Make(JsonObject schema)
    {
        if (schema["$ref"] is { } reference)
        {
            return Make(root["$defs"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject());
        }

        if ((schema["oneOf"] ?? schema["anyOf"] ?? schema["enum"]) is JsonArray choices)
        {
            JsonNode choice = choices[_random.Next(choices.Count)]!;
            return choice is JsonObject shape ? Make(shape) : choice.DeepClone();
        }

        if (schema["const"] is { } constant)
        {
            return constant.DeepClone();
        }

        return schema["type"]!.GetValue<string>() switch
        {
            "object" => MakeObject(schema),
            "array" => MakeList(schema),
            "integer" => JsonValue.Create(Pick(
                schema["minimum"]!.GetValue<long>(), schema["minimum"]!.GetValue<long>() + 1, schema["maximum"]!.GetValue<long>())),
            "number" => JsonValue.Create(MakeNumber(schema)),
            "boolean" => JsonValue.Create(_random.Next(2) == 0),
            _ => JsonValue.Create(Pick("a", ";")),
        };
    }

    private JsonObject MakeObject(JsonObject schema)
    {
        List<string> required = NamesIn(schema);
        List<string> left = [];
        foreach (JsonArray alternatives in (schema["allOf"]?.AsArray() ?? []).Select(rule => rule!["oneOf"]).OfType<JsonArray>())
        {
            required.AddRange(NamesIn(Pick([.. alternatives])!));
            left.AddRange(alternatives.SelectMany(alternative => NamesIn(alternative!)));
        }

        var map = new JsonObject();
        foreach ((string name, JsonNode? shape) in schema["properties"]!.AsObject())
        {
            if (required.Contains(name) || (!left.Contains(name) && _random.Next(3) == 0))
            {
                map[name] = Make(shape!.AsObject());
            }
        }

        return map;
    }

    private JsonArray MakeList(JsonObject schema)
    {
        int fewest = schema["minItems"]!.GetValue<int>();
        int count = Math.Min(fewest + _random.Next(2), schema["maxItems"]?.GetValue<int>() ?? int.MaxValue);
        return [.. Enumerable.Range(0, count).Select(_ => Make(schema["items"]!.AsObject()))];
    }

    private double MakeNumber(JsonObject schema)
    {
        double low = (schema["minimum"] ?? schema["exclusiveMinimum"])?.GetValue<double>() ?? -2;
        double high = (schema["maximum"] ?? schema["exclusiveMaximum"])?.GetValue<double>() ?? low + 4;
        return Pick(low, (low + high) / 2, high);
    }

    private void Change(JsonNode value)
    {
        JsonNode[] places = [.. All(value).Where(node => node is JsonObject or JsonArray { Count: > 0 })];
        JsonNode place = Pick(places);
        JsonNode odd = JsonNode.Parse(Pick(Odd))!;
        if (place is JsonArray list)
        {
            list[_random.Next(list.Count)] = odd;
        }
        else if (place is JsonObject map && map.Count > 0 && _random.Next(3) > 0)
        {
            string name = Pick([.. map.Select(member => member.Key)]);
            map.Remove(name);
            if (_random.Next(3) > 0)
            {
                map[name] = odd;
            }
        }
        else
        {
            place[Pick(_names)] = odd;
        }
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
#pragma warning restore CA5394

    private static IEnumerable<JsonNode> All(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => All(member.Value)).Prepend(map),
        JsonArray list => list.SelectMany(All).Prepend(list),
        null => [],
        _ => [node],
    };

    private static List<string> NamesIn(JsonNode rule) => [.. rule["required"]!.AsArray().Select(name => name!.GetValue<string>())];

    private static IEnumerable<string> Names(JsonNode schema) => All(schema).OfType<JsonObject>()
        .Select(map => map["properties"]).OfType<JsonObject>().SelectMany(properties => properties.Select(member => member.Key));
}
