using System.Collections.Immutable;

namespace DistTrain.Runtime.RunFiles;

/// <summary>One key of an object of the run file.</summary>
/// <param name="Description">For the schema and for the message where the key is missing: meaning, unit, when to change it.</param>
/// <param name="IsRequired">Whether it must be given.</param>
/// <param name="Default">The value where it is not given; null: it stays away.</param>
internal sealed record MapKey(string Name, ValueShape Shape, string Description, bool IsRequired, JsonTree? Default)
{
    private const string DefaultOrigin = "default";

    public static MapKey Required(string name, ValueShape shape, string description) =>
        new(name, shape, description, true, null);

    public static MapKey Optional(string name, ValueShape shape, string description) =>
        new(name, shape, description, false, null);

    public static MapKey Number(string name, ValueShape shape, double fallback, string description) =>
        new(name, shape, description, false, new JsonNumber(DefaultOrigin, fallback));

    public static MapKey Flag(string name, bool fallback, string description) =>
        new(name, new FlagShape(), description, false, new JsonFlag(DefaultOrigin, fallback));

    public static MapKey Text(string name, ValueShape shape, string fallback, string description) =>
        new(name, shape, description, false, new JsonText(DefaultOrigin, fallback));

    /// <summary>An object whose keys all have defaults, present even where it is not given.</summary>
    public static MapKey Section(string name, ValueShape shape, string description) =>
        new(name, shape, description, false, new JsonMap(DefaultOrigin, ImmutableArray<JsonMember>.Empty));
}
