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

    /// <summary>CSV only: where feature columns stand; null for others.</summary>
    public CsvLayout? Layout { get; init; }

    /// <summary>Where a row is, for messages: file and line.</summary>
    public required Func<int, string> Place { get; init; }

    public int RowCount => Features.RowCount;

    public void Dispose() => Features.Dispose();
}
