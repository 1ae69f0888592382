using System.Collections.Immutable;

namespace DistTrain.Runtime;

/// <summary>A model's figures over labelled rows.</summary>
public sealed record EvaluationReport
{
    public required int Rows { get; init; }

    /// <summary>Average over the rows.</summary>
    public required double Loss { get; init; }

    /// <summary>Share of the rows predicted right; null for regression.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Per output; null for classification.</summary>
    public double? MeanAbsoluteError { get; init; }

    /// <summary>Per output; null for classification.</summary>
    public double? RootMeanSquareError { get; init; }

    /// <summary>
    /// Share of the targets' variance that the model explains (R²), all outputs together; null for classification, or where
    /// the targets do not vary.
    /// </summary>
    public double? ExplainedVariance { get; init; }

    /// <summary>Empty for regression.</summary>
    public ImmutableArray<ClassFigures> Classes { get; init; } = [];

    /// <summary>Row: the true class, column: the predicted one; numbers of samples. Empty for regression.</summary>
    public ImmutableArray<ImmutableArray<int>> Confusion { get; init; } = [];
}

/// <summary>How well one class is told from the others.</summary>
/// <param name="Name">As in the data.</param>
/// <param name="Rows">Samples of this class.</param>
/// <param name="Precision">Share of those predicted to be this class that are; null where there is none.</param>
/// <param name="Recall">Share of this class that is found; null where there is none of it.</param>
/// <param name="F1">2·precision·recall / (precision + recall); null where either is.</param>
public sealed record ClassFigures(string Name, int Rows, double? Precision, double? Recall, double? F1);
