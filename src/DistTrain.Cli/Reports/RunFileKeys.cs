using System.Text.Json.Nodes;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>The run file's schema as a list for people: each section's keys with their defaults.</summary>
internal sealed class RunFileKeys
{
    private const int Indent = 2;

    private const int Gap = 2;

    /// <summary>A description that has less room begins on a line of its own.</summary>
    private const int DescriptionWidthMin = 30;

    private readonly IAnsiConsole _console;

    /// <summary>Several kinds of data have the same sections.</summary>
    private readonly HashSet<string> _written = [];

    private RunFileKeys(IAnsiConsole console) => _console = console;

    /// <param name="schema">The run file's JSON schema.</param>
    public static void Write(IAnsiConsole console, JsonObject schema)
    {
        var list = new RunFileKeys(console);
        list.WriteKeys("", schema, but: null);
        list.WriteSection("model.layers[]", (JsonObject)schema["$defs"]!["layer"]!);
    }

    /// <param name="path">As in "training".</param>
    private void WriteSection(string path, JsonObject schema)
    {
        if (!_written.Add(path + schema.ToJsonString()))
        {
            return;
        }

        if (schema["oneOf"] is not JsonArray variants)
        {
            _console.WriteLine();
            _console.MarkupLineInterpolated($"[bold]{path}[/]: {Description(schema)}");
            WriteKeys(path, schema, but: null);
            return;
        }

        foreach (JsonObject variant in variants.Cast<JsonObject>().Where(variant => variant["properties"] is not null))
        {
            (string key, JsonNode? chosen) = ((JsonObject)variant["properties"]!).First();
            _console.WriteLine();
            _console.MarkupLineInterpolated(
                $"[bold]{path}[/] with \"{key}\": {chosen!["const"]!.ToJsonString()}. {Description(variant)}");
            WriteKeys(path, variant, but: key);
        }
    }

    /// <param name="path">Empty: the run file's own.</param>
    /// <param name="but">The key that the heading has; null: none.</param>
    private void WriteKeys(string path, JsonObject schema, string? but)
    {
        string[] required = [.. ((JsonArray)schema["required"]!).Select(name => (string)name!)];
        (string Name, JsonObject Schema)[] keys =
            [.. ((JsonObject)schema["properties"]!).Where(key => key.Key != but).Select(key => (key.Key, (JsonObject)key.Value!))];
        string[] heads = [.. keys.Select(key => Head(key.Name, key.Schema, required.Contains(key.Name)))];
        int width = Indent + Gap + heads.Select(head => head.Length).DefaultIfEmpty().Max();
        for (int index = 0; index < keys.Length; index++)
        {
            WriteKey(heads[index], width, Description(keys[index].Schema) + Choices(keys[index].Schema));
        }

        foreach ((string name, JsonObject inner) in keys.Where(key => IsSection(key.Schema)))
        {
            WriteSection(path.Length == 0 ? name : $"{path}.{name}", inner);
        }
    }

    /// <param name="width">Columns before the description.</param>
    private void WriteKey(string head, int width, string description)
    {
        string line = new string(' ', Indent) + head;
        if (_console.Profile.Width - width < DescriptionWidthMin)
        {
            _console.WriteLine(line);
            line = "";
            width = 2 * Indent;
        }

        foreach (string word in description.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            bool isFirst = line.Length <= width;
            if (!isFirst && line.Length + 1 + word.Length > _console.Profile.Width)
            {
                _console.WriteLine(line);
                line = "";
                isFirst = true;
            }

            line = isFirst ? line.PadRight(width) + word : $"{line} {word}";
        }

        _console.WriteLine(line);
    }

    /// <summary>As in "shards = 8", or "batchSize (required)".</summary>
    private static string Head(string name, JsonObject schema, bool isRequired) =>
        isRequired ? $"{name} (required)" : schema["default"] is { } value ? $"{name} = {value.ToJsonString()}" : name;

    private static string Description(JsonObject schema) => (string?)schema["description"] ?? "";

    /// <summary>Whether a key holds an object that has keys of its own.</summary>
    private static bool IsSection(JsonObject schema) => schema["properties"] is not null
        || (schema["oneOf"] as JsonArray)?.Any(variant => variant!["properties"] is not null) == true;

    /// <summary>The words that a key takes, perhaps beside numbers; empty where it takes any text, or none.</summary>
    private static string Choices(JsonObject schema)
    {
        JsonArray? words = schema["enum"] as JsonArray
            ?? (schema["anyOf"] as JsonArray)?.Select(form => form!["enum"] as JsonArray).FirstOrDefault(form => form is not null);
        return words is null ? "" : $" Words: {string.Join(", ", words.Select(word => word!.ToJsonString()))}.";
    }
}
