using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace DistTrain.Runtime.RunFiles;

/// <summary>
/// What a value of the run file may be. Each part of the run file is declared once as such shapes; checking, defaults,
/// the canonical form and the published JSON schema all follow from the declaration.
/// </summary>
internal abstract class ValueShape
{
    /// <summary>For messages: "a whole number, 1 or more".</summary>
    public abstract string Expected { get; }

    /// <returns>The value with defaults filled in and keys in declared order.</returns>
    /// <param name="path">As in "training.batchSize".</param>
    /// <exception cref="RunFileException">The value does not fit.</exception>
    public abstract JsonTree Check(JsonTree value, string path);

    /// <summary>The shape as JSON schema (draft 2020-12).</summary>
    public abstract JsonObject ToSchema();

    [DoesNotReturn]
    protected void Refuse(JsonTree value, string path) =>
        throw new RunFileException($"{value.Origin}: {path} is {Show(value)}; expected {Expected}");

    private static string Show(JsonTree value) =>
        value is JsonNumber number ? FormattableString.Invariant($"{number.Value:R}") : value.Kind;
}
