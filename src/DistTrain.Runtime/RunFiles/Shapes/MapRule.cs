using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <summary>What one key of an object demands of another; checked, and part of the schema.</summary>
internal abstract class MapRule
{
    /// <param name="map">With defaults filled in.</param>
    /// <param name="path">The object's, as in "training".</param>
    /// <exception cref="RunFileException">The rule is broken.</exception>
    public abstract void Check(JsonMap map, string path);

    /// <summary>The rule as JSON schema, about an object of which defaults may be left out.</summary>
    public abstract JsonObject ToSchema();

    /// <summary>Neither has a default.</summary>
    public static MapRule ExactlyOne(string first, string second) => new ExactlyOneRule(first, second);

    /// <summary>Neither has a default.</summary>
    public static MapRule AtMostOne(string first, string second) => new AtMostOneRule(first, second);

    /// <summary>Where the flag is true, the number must not be 0; both have these as defaults: false and 0.</summary>
    /// <param name="example">As in "0.9".</param>
    public static MapRule FlagNeedsNumber(string flag, string number, string example) => new FlagRule(flag, number, example);

    private static JsonObject Required(params string[] names) =>
        new() { ["required"] = new JsonArray([.. names.Select(name => (JsonNode)name)]) };

    private sealed class ExactlyOneRule(string first, string second) : MapRule
    {
        public override void Check(JsonMap map, string path)
        {
            if (map[first] is null == map[second] is null)
            {
                string what = map[first] is null
                    ? $"neither {path}.{first} nor {path}.{second} is given" : $"both {path}.{first} and {path}.{second} are given";
                throw new RunFileException($"{(map[second] ?? map).Origin}: {what}; expected one of them");
            }
        }

        public override JsonObject ToSchema() => new() { ["oneOf"] = new JsonArray(Required(first), Required(second)) };
    }

    private sealed class AtMostOneRule(string first, string second) : MapRule
    {
        public override void Check(JsonMap map, string path)
        {
            if (map[first] is { } both && map[second] is not null)
            {
                throw new RunFileException(
                    $"{both.Origin}: {path}.{first} and {path}.{second} say the same thing; remove one of them");
            }
        }

        public override JsonObject ToSchema() => new() { ["not"] = Required(first, second) };
    }

    private sealed class FlagRule(string flag, string number, string example) : MapRule
    {
        public override void Check(JsonMap map, string path)
        {
            if (map.Flag(flag) && map.Double(number) == 0)
            {
                throw new RunFileException(
                    $"{map[flag]!.Origin}: {path}.{flag} is true, but {number} is 0; give a {number}, as in {example}");
            }
        }

        public override JsonObject ToSchema()
        {
            JsonObject broken = Required(flag);
            broken["properties"] = new JsonObject
            {
                [flag] = new JsonObject { ["const"] = true },
                [number] = new JsonObject { ["const"] = 0 },
            };
            return new JsonObject { ["not"] = broken };
        }
    }
}
