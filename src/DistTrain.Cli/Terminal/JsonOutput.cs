using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DistTrain.Protocol;

namespace DistTrain.Cli;

/// <summary>Results as JSON: one line, camelCase.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new WorkerIdConverter() },
    };

    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), Options);

    /// <summary>An object with "event" first.</summary>
    public static string WriteEvent(string name, object value, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var line = new JsonObject { ["event"] = name };
        foreach ((string key, string text) in more)
        {
            line[key] = text;
        }

        foreach ((string key, JsonNode? node) in (JsonObject)JsonSerializer.SerializeToNode(value, value.GetType(), Options)!)
        {
            line[key] = node?.DeepClone();
        }

        return line.ToJsonString(Options);
    }

    /// <summary>The number alone.</summary>
    private sealed class WorkerIdConverter : JsonConverter<WorkerId>
    {
        public override WorkerId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetInt32());

        public override void Write(Utf8JsonWriter writer, WorkerId value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }
}
