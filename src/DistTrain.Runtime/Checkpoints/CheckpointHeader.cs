using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>What stands at the start of a checkpoint file, as JSON; weights and optimizer state follow.</summary>
public sealed record CheckpointHeader
{
    /// <summary>The life of the coordinator that wrote it.</summary>
    public required long Term { get; init; }

    /// <summary>Updates applied.</summary>
    public required long Step { get; init; }

    public required string RunHash { get; init; }

    public required string DataHash { get; init; }

    /// <summary>The run file, so that a changed one can be told key by key.</summary>
    public required string RunJson { get; init; }

    /// <summary>Floats of weights.</summary>
    public required int ParameterCount { get; init; }

    /// <summary>Floats of optimizer state.</summary>
    public required int StateCount { get; init; }

    public required RunProgress Progress { get; init; }

    /// <summary>What no run writes, as a clause; null: nothing.</summary>
    public string? FindFault()
    {
        if (RunHash is null || DataHash is null || RunJson is null || Progress is null)
        {
            return "no hashes, run file or figures";
        }

        if (Term is < 0 or long.MaxValue || Step is < 0 or long.MaxValue)
        {
            return $"the term {Term} and the step {Step}";
        }

        if (ParameterCount < 0 || StateCount < 0)
        {
            return $"{ParameterCount} weights and {StateCount} floats of optimizer state";
        }

        return IsObject(RunJson) ? null : "a run file that is no JSON object";
    }

    private static bool IsObject(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
