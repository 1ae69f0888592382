using System.Collections.Immutable;
using System.Globalization;

namespace DistTrain.Runtime.RunFiles;

/// <summary>One "--set path=value": replaces or adds a value in the run file's tree.</summary>
/// <remarks>
/// The path is keys joined by dots; a list's entry is its position from 0, as in model.layers.0.units. The value is JSON
/// where it can be read as JSON (3, true, null, {"type": "adam"}), else text.
/// </remarks>
internal sealed record Override(string Flag, ImmutableArray<string> Path, JsonTree Value)
{
    /// <exception cref="RunFileException">Not of the form path=value.</exception>
    public static Override Parse(string argument)
    {
        string flag = $"--set {argument}";
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string path = equals < 0 ? "" : argument[..equals].Trim();
        if (path.Length == 0 || path.Split('.').Any(string.IsNullOrWhiteSpace))
        {
            throw new RunFileException($"{flag}: expected path=value, as in --set training.epochs=3");
        }

        return new Override(flag, [.. path.Split('.')], ParseValue(argument[(equals + 1)..].Trim(), flag));
    }

    /// <returns>A tree with the value in place; objects on the way are made where they are missing.</returns>
    public JsonTree ApplyTo(JsonTree root) => Replace(root, 0);

    private static JsonTree ParseValue(string text, string flag)
    {
        try
        {
            return Relocate(JsonTreeReader.Read(text, flag), flag);
        }
        catch (RunFileException)
        {
            return new JsonText(flag, text, IsFromFlag: true);
        }
    }

    private static JsonTree Relocate(JsonTree tree, string origin) => tree switch
    {
        JsonMap map => new JsonMap(
            origin, [.. map.Members.Select(member => new JsonMember(origin, member.Name, Relocate(member.Value, origin)))]),
        JsonList list => new JsonList(origin, [.. list.Items.Select(item => Relocate(item, origin))]),
        JsonText text => text with { Origin = origin, IsFromFlag = true },
        _ => tree with { Origin = origin },
    };

    private JsonTree Replace(JsonTree node, int depth)
    {
        if (depth == Path.Length)
        {
            return Value;
        }

        string name = Path[depth];
        if (node is JsonList list)
        {
            bool isPosition = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int position);
            return isPosition && position < list.Items.Length
                ? list with { Items = list.Items.SetItem(position, Replace(list.Items[position], depth + 1)) }
                : throw new RunFileException(
                    $"{Flag}: {Joined(depth)} is a list of {list.Items.Length}, so a position from 0 to "
                    + $"{list.Items.Length - 1} was expected instead of {name}");
        }

        if (node is not JsonMap map)
        {
            throw new RunFileException($"{Flag}: {Joined(depth)} is {node.Kind}, so there is no {name} in it");
        }

        JsonTree child = map[name] ?? new JsonMap(Flag, []);
        var member = new JsonMember(Flag, name, Replace(child, depth + 1));
        int index = map.Members.ToList().FindIndex(existing => existing.Name == name);
        return map with { Members = index < 0 ? map.Members.Add(member) : map.Members.SetItem(index, member) };
    }

    private string Joined(int depth) => depth == 0 ? "the run file" : string.Join('.', Path.Take(depth));
}
