using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>
/// What a model needs to know about raw features and what its outputs mean: enough to predict for new files. Small; goes
/// wherever the model goes.
/// </summary>
public sealed record FeatureSchema
{
    /// <summary>Dimensions of one sample.</summary>
    public required ImmutableArray<int> FeatureShape { get; init; }

    /// <summary>
    /// Names of the features in the model's order: of their columns, and for a column of categories followed by the value, as in
    /// "city=Berlin"; empty where the training file had none.
    /// </summary>
    public ImmutableArray<string> FeatureNames { get; init; } = [];

    public ImmutableArray<string> TargetNames { get; init; } = [];

    /// <summary>Empty for regression; else the label of each class index, as the user had them.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>CSV: the columns of categories, in the order of their features. Else empty.</summary>
    [JsonIgnore]
    public ImmutableArray<CategoryColumn> Categories { get; init; } = [];

    /// <summary>CSV: where each feature's column stood in the training file, from 0. Else empty.</summary>
    public ImmutableArray<int> FilePositions { get; init; } = [];

    /// <summary>CSV: columns of the training file, labels included. Else 0.</summary>
    public int FileColumnCount { get; init; }

    /// <summary>CSV: how the training file separated its columns.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>CSV: what the run file says about the header.</summary>
    public CsvHeader Header { get; init; } = CsvHeader.Auto;

    public FeatureScaling Scaling { get; init; } = FeatureScaling.None;

    /// <summary>What stands in for a missing value of each column, before scaling; empty where a missing value is an error.</summary>
    public ImmutableArray<float> Fill { get; init; } = [];

    /// <summary>As JSON has them: absent where there are none, so that such a description is as it was before there were any.</summary>
    [JsonInclude]
    [JsonPropertyName("categories")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal CategoryColumn[]? CategoriesOrNull
    {
        get => Categories.IsEmpty ? null : [.. Categories];
        init => Categories = value is null ? [] : [.. value];
    }

    /// <summary>Numbers of one sample.</summary>
    [JsonIgnore]
    public int Width => FeatureShape.Aggregate(1, static (size, dimension) => size * dimension);

    /// <summary>A JSON object that <see cref="FromJson"/> reads back to the same bits.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, FeatureSchemaJson.Default.FeatureSchema);

    /// <param name="name">Of the file that it comes from, for messages.</param>
    /// <exception cref="DataException">Not such an object.</exception>
    public static FeatureSchema FromJson(string json, string name)
    {
        FeatureSchema? schema;
        try
        {
            schema = JsonSerializer.Deserialize(json, FeatureSchemaJson.Default.FeatureSchema);
        }
        catch (JsonException failure)
        {
            throw new DataException(
                $"{name} line {failure.LineNumber + 1} is no description of a model's features ({failure.Path}); train again");
        }

        if (schema is null)
        {
            throw new DataException($"{name} holds no description of a model's features; train again");
        }

        schema.Check(name);
        return schema;
    }

    /// <summary>Writes a category into a row of raw features: 1 for its value, 0 for the others.</summary>
    /// <param name="row">Shape (Width,), in the order of FeatureNames.</param>
    /// <param name="column">Name of one of <see cref="Categories"/>.</param>
    /// <param name="value">
    /// A value that the training rows do not have gives 0 in all. Null, or what a CSV file may have for a missing value, gives
    /// NaN in all, for <see cref="Prepare"/> to fill.
    /// </param>
    /// <exception cref="ArgumentException">No such column of categories, or the row has another length.</exception>
    public void SetCategory(Span<float> row, string column, string? value)
    {
        CheckLength(row);
        CategoryColumn category = Categories.FirstOrDefault(category => category.Name == column)
            ?? throw new ArgumentException($"the model has no column of categories \"{column}\"", nameof(column));
        float position = value is null || CsvNumber.IsMissing(Encoding.UTF8.GetBytes(value))
            ? float.NaN
            : category.Values.IndexOf(value, StringComparer.Ordinal);
        FeatureColumns.WriteCategory(position, row.Slice(category.FirstFeature, category.Values.Length));
    }

    /// <summary>Makes of one row of raw features what the model takes: missing values filled, all scaled.</summary>
    /// <param name="row">Shape (Width,), in the order of FeatureNames; a missing value is NaN. Updated in place.</param>
    /// <exception cref="ArgumentException">The row has another length.</exception>
    /// <exception cref="DataException">A value is missing and has no fill, or is not finite after scaling.</exception>
    public void Prepare(Span<float> row)
    {
        CheckLength(row);
        RawFeatureScaling.Apply(row, Fill.AsSpan(), Scaling);
        if (RawFeatureScaling.IndexOfInfinite(row) is >= 0 and int column)
        {
            string feature = FeatureNames.IsEmpty ? $"feature {column}" : $"feature \"{FeatureNames[column]}\"";
            throw new DataException(float.IsNaN(row[column])
                ? $"{feature} is missing (not a number), and the model was trained without a fill for missing values"
                : $"{feature} is not finite after scaling; it lies too far from the training's values");
        }
    }

    /// <param name="name">Of the file that it comes from, for the message.</param>
    /// <exception cref="DataException">The parts do not fit together.</exception>
    internal void Check(string name)
    {
        if (FeatureShape.IsDefault || FeatureNames.IsDefault || TargetNames.IsDefault || ClassNames.IsDefault
            || FilePositions.IsDefault || Fill.IsDefault || Scaling is null || Scaling.Offset.IsDefault
            || Scaling.Factor.IsDefault)
        {
            throw new DataException($"{name} is damaged: a list in the description of the model's features is missing");
        }

        int width;
        try
        {
            width = new Shape(FeatureShape.AsSpan()).Size;
        }
        catch (ArgumentException failure)
        {
            throw new DataException($"{name} is damaged: {failure.Message}");
        }

        if (!Fits(FeatureNames.Length, width) || !Fits(FilePositions.Length, width) || !Fits(Fill.Length, width)
            || !Fits(Scaling.Offset.Length, width) || Scaling.Factor.Length != Scaling.Offset.Length)
        {
            throw new DataException($"{name} is damaged: its lists of names, positions and scales do not fit {width} features");
        }

        if (!CategoriesFit(width))
        {
            throw new DataException($"{name} is damaged: its categories do not fit {width} features, or are not in order");
        }

        if (FilePositions.Any(position => position < 0 || position >= FileColumnCount))
        {
            throw new DataException($"{name} is damaged: a feature's column lies outside the {FileColumnCount} of the training file");
        }

        if (FeatureNames.Concat(TargetNames).Concat(ClassNames).Contains(null!))
        {
            throw new DataException($"{name} is damaged: a name in the description of the model's features is missing");
        }
    }

    private void CheckLength(ReadOnlySpan<float> row)
    {
        if (row.Length != Width)
        {
            throw new ArgumentException($"the row has {row.Length} features, the model takes {Width}", nameof(row));
        }
    }

    private bool CategoriesFit(int width)
    {
        long end = 0;
        foreach (CategoryColumn? category in Categories)
        {
            if (category is not { Name: not null, Values.IsDefaultOrEmpty: false } || category.FirstFeature < end
                || category.Values.Contains(null!)
                || category.Values.Zip(category.Values.Skip(1)).Any(pair => string.CompareOrdinal(pair.First, pair.Second) >= 0))
            {
                return false;
            }

            end = (long)category.FirstFeature + category.Values.Length;
        }

        return end <= width;
    }

    private static bool Fits(int count, int width) => count == 0 || count == width;
}

/// <summary>Camel case, unknown and missing members refused, enums by name.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FeatureSchema))]
internal sealed partial class FeatureSchemaJson : JsonSerializerContext;
