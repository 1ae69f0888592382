using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>What one file (or pair of files) gave: features and targets of the same number of rows, at least one.</summary>
internal sealed class RawPart : IDisposable
{
    public required RawFeatures Features { get; init; }

    public required RawTargets Targets { get; init; }

    /// <summary>Shape of one row's features as the file has it.</summary>
    public required Shape FeatureShape { get; init; }

    /// <summary>Empty where the file names no columns.</summary>
    public required ImmutableArray<string> FeatureNames { get; init; }

    public required ImmutableArray<string> TargetNames { get; init; }

    /// <summary>
    /// CSV: for each feature column the values whose codes stand in it, or null where it holds numbers; empty where no column
    /// holds categories, or where each value has a feature already.
    /// </summary>
    public ImmutableArray<CategoryCodes?> Categories { get; init; } = [];

    /// <summary>CSV only: where feature columns stand; null for others.</summary>
    public CsvLayout? Layout { get; init; }

    /// <summary>Where a row is, for messages: file and line.</summary>
    public required Func<int, string> Place { get; init; }

    public int RowCount => Features.RowCount;

    /// <summary>The same rows with one feature for each value of a category; this part where there are no categories.</summary>
    /// <param name="columns">With categories just where this part has them.</param>
    public RawPart Encode(FeatureColumns columns) => Categories.IsEmpty ? this : new RawPart
    {
        Features = new OneHotRows(
            (FloatRows)Features, columns, [.. Categories.Zip(columns.Categories, static (codes, category) => codes is null
                ? null
                : codes.Values.Select(value => category!.Values.IndexOf(value, StringComparer.Ordinal)).ToArray())]),
        Targets = Targets,
        FeatureShape = new Shape(columns.Width),
        FeatureNames = columns.FeatureNames(FeatureNames),
        TargetNames = TargetNames,
        Layout = Layout,
        Place = Place,
    };

    public void Dispose() => Features.Dispose();
}
