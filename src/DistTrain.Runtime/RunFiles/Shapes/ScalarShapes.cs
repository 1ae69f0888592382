using System.Globalization;
using System.Text.Json.Nodes;
using DistTrain.Data;

namespace DistTrain.Runtime.RunFiles;

internal sealed class IntegerShape(long min, long max = int.MaxValue) : ValueShape
{
    public override string Expected => max == int.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number, {min} or more")
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonNumber { Value: var number } || number != Math.Floor(number) || number < min || number > max)
        {
            Refuse(value, path);
        }

        return value;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "integer", ["minimum"] = min, ["maximum"] = max };
}

/// <param name="min">Smallest value allowed.</param>
/// <param name="below">Every value must be smaller.</param>
/// <param name="above">Every value must be greater; replaces <paramref name="min"/>.</param>
internal sealed class NumberShape(double? min = null, double? max = null, double? above = null, double? below = null)
    : ValueShape
{
    public override string Expected
    {
        get
        {
            string[] bounds =
            [
                .. Bound("", min, " or more"), .. Bound("above ", above, ""),
                .. Bound("", max, " at most"), .. Bound("below ", below, ""),
            ];
            return bounds.Length == 0 ? "a number" : "a number, " + string.Join(" and ", bounds);
        }
    }

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonNumber { Value: var number } || !IsWithin(number))
        {
            Refuse(value, path);
            return value;
        }

        float used = (float)number;
        if (!float.IsFinite(used) || !IsWithin(used))
        {
            string rounded = float.IsFinite(used) ? $"{used}" : "infinite";
            throw new RunFileException(FormattableString.Invariant(
                $"{value.Origin}: {path} is {number:R}, which is {rounded} in float32; expected {Expected}"));
        }

        return value;
    }

    private bool IsWithin(double number) => !(number < min) && !(number > max) && !(number <= above) && !(number >= below);

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "number" };
        Add(schema, "minimum", min);
        Add(schema, "exclusiveMinimum", above);
        Add(schema, "maximum", max);
        Add(schema, "exclusiveMaximum", below);
        return schema;
    }

    private static string[] Bound(string before, double? bound, string after) =>
        bound is null ? [] : [string.Create(CultureInfo.InvariantCulture, $"{before}{bound}{after}")];

    private static void Add(JsonObject schema, string keyword, double? bound)
    {
        if (bound is not null)
        {
            schema[keyword] = bound;
        }
    }
}

/// <param name="isPath">A file path, relative to the run file's folder.</param>
/// <param name="lengthMax">Characters at most.</param>
internal sealed class TextShape(string what = "a text", bool isPath = false, int? lengthMax = null) : ValueShape
{
    public override string Expected => what;

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonText { Text.Length: > 0 } text || text.Text.Length > lengthMax)
        {
            Refuse(value, path);
            return value;
        }

        if (!isPath)
        {
            return text;
        }

        if (text.Text.Contains('\0', StringComparison.Ordinal))
        {
            Refuse(value, path);
        }

        return text with { IsPath = true, Text = text.IsFromFlag ? Path.GetFullPath(text.Text) : text.Text };
    }

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "string", ["minLength"] = 1 };
        if (lengthMax is not null)
        {
            schema["maxLength"] = lengthMax;
        }

        return schema;
    }
}

internal sealed class ChoiceShape(params string[] choices) : ValueShape
{
    public override string Expected => choices.Length == 1
        ? $"\"{choices[0]}\""
        : string.Join(", ", choices[..^1].Select(choice => $"\"{choice}\"")) + $" or \"{choices[^1]}\"";

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonText text)
        {
            Refuse(value, path);
            return value;
        }

        if (!choices.Contains(text.Text))
        {
            string? nearest = NearestName.Find(text.Text, choices);
            throw new RunFileException(nearest is null
                ? $"{value.Origin}: {path} is \"{text.Text}\"; expected {Expected}"
                : $"{value.Origin}: {path} is \"{text.Text}\"; did you mean \"{nearest}\"?");
        }

        return value;
    }

    public override JsonObject ToSchema() =>
        new() { ["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]) };
}

internal sealed class FlagShape : ValueShape
{
    public override string Expected => "true or false";

    public override JsonTree Check(JsonTree value, string path)
    {
        if (value is not JsonFlag)
        {
            Refuse(value, path);
        }

        return value;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "boolean" };
}
