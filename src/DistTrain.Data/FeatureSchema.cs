using System.Collections.Immutable;
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

    /// <summary>Names of the feature columns in the model's order; empty where the training file had none.</summary>
    public ImmutableArray<string> FeatureNames { get; init; } = [];

    public ImmutableArray<string> TargetNames { get; init; } = [];

    /// <summary>Empty for regression; else the label of each class index, as the user had them.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>CSV: where the feature columns stood in the training file, from 0. Else empty.</summary>
    public ImmutableArray<int> FilePositions { get; init; } = [];

    /// <summary>CSV: columns of the training file, labels included. Else 0.</summary>
    public int FileColumnCount { get; init; }

    public FeatureScaling Scaling { get; init; } = FeatureScaling.None;

    /// <summary>What stands in for a missing value of each column, before scaling; empty where a missing value is an error.</summary>
    public ImmutableArray<float> Fill { get; init; } = [];

    /// <summary>Numbers of one sample.</summary>
    public int Width => FeatureShape.Aggregate(1, static (size, dimension) => size * dimension);

    /// <param name="name">Of the file that it comes from, for the message.</param>
    /// <exception cref="DataException">The parts do not fit together.</exception>
    internal void Check(string name)
    {
        int width = new Shape(FeatureShape.AsSpan()).Size;
        if (!Fits(FeatureNames.Length, width) || !Fits(FilePositions.Length, width) || !Fits(Fill.Length, width)
            || !Fits(Scaling.Offset.Length, width) || Scaling.Factor.Length != Scaling.Offset.Length)
        {
            throw new DataException($"{name} is damaged: its lists of names, positions and scales do not fit {width} features");
        }
    }

    private static bool Fits(int count, int width) => count == 0 || count == width;
}
