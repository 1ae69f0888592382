using System.Text.Json.Nodes;

namespace DistTrain.Runtime.Tests;

/// <summary>
/// Tells whether a JSON value is valid by a schema (draft 2020-12), for the keywords that the run file's schema uses;
/// any other is an error. Written from the standard, not from the run file's shapes.
/// </summary>
internal sealed class SchemaEvaluator(JsonObject root)
{
    public bool IsValid(JsonNode? value) => IsValid(root, value);

    private bool IsValid(JsonObject schema, JsonNode? value) => schema.All(keyword => keyword.Key switch
    {
        "$schema" or "$defs" or "title" or "description" or "default" => true,
        "$ref" => IsValid(Find(keyword.Value!.GetValue<string>()), value),
        "type" => IsOfType(keyword.Value!.GetValue<string>(), value),
        "const" => JsonNode.DeepEquals(keyword.Value, value),
        "enum" => keyword.Value!.AsArray().Any(item => JsonNode.DeepEquals(item, value)),
        "anyOf" => Count(keyword.Value, value) > 0,
        "oneOf" => Count(keyword.Value, value) == 1,
        "allOf" => Count(keyword.Value, value) == keyword.Value!.AsArray().Count,
        "not" => !IsValid(keyword.Value!.AsObject(), value),
        "minimum" => Number(value) is not { } number || number >= Number(keyword.Value),
        "maximum" => Number(value) is not { } number || number <= Number(keyword.Value),
        "exclusiveMinimum" => Number(value) is not { } number || number > Number(keyword.Value),
        "exclusiveMaximum" => Number(value) is not { } number || number < Number(keyword.Value),
        "minLength" => Text(value) is not { } text || text.Length >= Number(keyword.Value),
        "maxLength" => Text(value) is not { } text || text.Length <= Number(keyword.Value),
        "minItems" => value is not JsonArray list || list.Count >= Number(keyword.Value),
        "maxItems" => value is not JsonArray list || list.Count <= Number(keyword.Value),
        "items" => value is not JsonArray list || list.All(item => IsValid(keyword.Value!.AsObject(), item)),
        "required" => value is not JsonObject map
            || keyword.Value!.AsArray().All(name => map.ContainsKey(name!.GetValue<string>())),
        "properties" => value is not JsonObject map
            || map.All(member => keyword.Value![member.Key] is not JsonObject shape || IsValid(shape, member.Value)),
        "additionalProperties" => value is not JsonObject map
            || map.All(member => schema["properties"]!.AsObject().ContainsKey(member.Key)),
        _ => throw new InvalidOperationException($"the schema's keyword {keyword.Key} is not known here; add it"),
    });

    private int Count(JsonNode? schemas, JsonNode? value) =>
        schemas!.AsArray().Count(schema => IsValid(schema!.AsObject(), value));

    private JsonObject Find(string reference) => reference.StartsWith("#/$defs/", StringComparison.Ordinal)
        ? root["$defs"]![reference["#/$defs/".Length..]]!.AsObject()
        : throw new InvalidOperationException($"{reference} leads elsewhere");

    private static bool IsOfType(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => Text(value) is not null,
        "number" => Number(value) is not null,
        "integer" => Number(value) is { } number && number == Math.Floor(number),
        "boolean" => value is JsonValue scalar && scalar.TryGetValue(out bool _),
        _ => throw new InvalidOperationException($"the schema's type {type} is not known here; add it"),
    };

    private static double? Number(JsonNode? value) => value is JsonValue scalar && Text(value) is null
        && scalar.GetValueKind() == System.Text.Json.JsonValueKind.Number ? scalar.GetValue<double>() : null;

    private static string? Text(JsonNode? value) => value is JsonValue scalar && scalar.TryGetValue(out string? text) ? text : null;
}
