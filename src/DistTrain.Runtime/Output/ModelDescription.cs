using System.Collections.Immutable;
using System.Text.Json;

namespace DistTrain.Runtime;

/// <summary>model.json: what a model's inputs and outputs mean, so that it can be used without its training data.</summary>
public sealed record ModelDescription
{
    public required int FormatVersion { get; init; }

    /// <summary>Dimensions of one sample.</summary>
    public required ImmutableArray<int> InputShape { get; init; }

    public required ImmutableArray<int> OutputShape { get; init; }

    /// <summary>Empty for regression; else the label of each class index.</summary>
    public required ImmutableArray<string> ClassNames { get; init; }

    public required ImmutableArray<string> FeatureNames { get; init; }

    public required ImmutableArray<string> TargetNames { get; init; }

    /// <summary>x' = (x − offset) · factor for each feature; both empty: as they are.</summary>
    public required ImmutableArray<float> ScalingOffset { get; init; }

    public required ImmutableArray<float> ScalingFactor { get; init; }

    public required string RunHash { get; init; }

    public required string DataHash { get; init; }

    public const int CurrentFormat = 1;

    public static ModelDescription Of(LoadedRun run) => new()
    {
        FormatVersion = CurrentFormat,
        InputShape = run.Data.Train.FeatureShape.Dimensions,
        OutputShape = run.Network.Output.Dimensions,
        ClassNames = run.Data.ClassNames,
        FeatureNames = run.Data.FeatureNames,
        TargetNames = run.Data.TargetNames,
        ScalingOffset = run.Data.Scaling.Offset,
        ScalingFactor = run.Data.Scaling.Factor,
        RunHash = run.RunHash,
        DataHash = run.Data.ContentHash,
    };

    /// <exception cref="IOException">Full or read-only disk.</exception>
    public void Write(string path) =>
        SummaryFile.WriteText(path, JsonSerializer.Serialize(this, RuntimeJson.Document) + "\n");

    /// <exception cref="TrainingException">No such file, or not of this format.</exception>
    public static ModelDescription Read(string path)
    {
        try
        {
            ModelDescription? description = JsonSerializer.Deserialize<ModelDescription>(
                File.ReadAllText(path), RuntimeJson.Document);
            return description is { FormatVersion: CurrentFormat }
                ? description
                : throw new TrainingException(
                    $"{path} has format {description?.FormatVersion}, expected {CurrentFormat}; train again with this version");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new TrainingException(
                $"{path} is not a model description ({error.Message.TrimEnd('.')}); name the output folder of a run", error);
        }
    }
}
