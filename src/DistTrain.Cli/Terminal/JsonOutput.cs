using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DistTrain.Protocol;

namespace DistTrain.Cli;

/// <summary>Results as JSON: one line, camelCase, ASCII alone.</summary>
/// <remarks>JSON is UTF-8, and the console may have another encoding; ASCII is the same in both.</remarks>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new WorkerIdConverter() },
    };

    public static string Write(object value) => ToAscii(JsonSerializer.Serialize(value, value.GetType(), Options));

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

        return ToAscii(line.ToJsonString(Options));
    }

    /// <remarks>Outside of strings JSON is ASCII, so whatever is not stands in a string.</remarks>
    private static string ToAscii(string json)
    {
        if (Ascii.IsValid(json))
        {
            return json;
        }

        var ascii = new StringBuilder(json.Length + 64);
        foreach (char character in json)
        {
            _ = char.IsAscii(character)
                ? ascii.Append(character)
                : ascii.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
        }

        return ascii.ToString();
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
