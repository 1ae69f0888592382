using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>The run file's training section.</summary>
public sealed record TrainingSpec
{
    /// <summary>Rows of one batch, 1 or more. An uneven last batch has fewer.</summary>
    public required int BatchSize { get; init; }

    /// <summary>
    /// Logical shards of a batch, 1 to 4,096: at most so many workers share a batch. Default 8: enough for a few workers and
    /// for balancing them, and rows enough in a shard for the matrix products.
    /// </summary>
    public required int Shards { get; init; }

    /// <summary>How often the training part is walked; null where <see cref="Steps"/> is given.</summary>
    public required int? Epochs { get; init; }

    /// <summary>Updates in all; null where <see cref="Epochs"/> is given.</summary>
    public required int? Steps { get; init; }

    /// <summary>Keys initial weights, split, order and dropout. Default 1.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Whether an uneven last batch is left out. Default no.</summary>
    public required bool DropLast { get; init; }

    /// <summary>Whether each epoch has an order of its own. Default yes.</summary>
    public required bool Shuffle { get; init; }

    public required UpdateSpec Update { get; init; }

    /// <summary>Epochs between evaluations of the validation part, else the test part; 0: only at the end. Default 1.</summary>
    public required int EvaluateEveryEpochs { get; init; }

    /// <summary>Steps between step lines in metrics.jsonl; 0: none. Default 100.</summary>
    public required int LogEverySteps { get; init; }

    /// <summary>A safetensors file with the weights to start from, relative to the run file; null: drawn from the seed.</summary>
    public required string? InitialWeights { get; init; }

    /// <summary>Null: the run goes its whole length.</summary>
    public required EarlyStoppingSpec? EarlyStopping { get; init; }
}

/// <summary>End the run when a figure of the evaluated part has not improved.</summary>
/// <param name="Metric">Null: that of checkpoint.best, else the loss.</param>
/// <param name="Patience">Evaluations without improvement, 1 or more.</param>
public sealed record EarlyStoppingSpec(BestMetric? Metric, int Patience);

/// <summary>A figure of the evaluated part (validation, else test) by which one model is better than another.</summary>
public enum BestMetric
{
    /// <summary>Lower is better.</summary>
    Loss = 0,

    /// <summary>Higher is better; classes only.</summary>
    Accuracy = 1,

    /// <summary>Lower is better; values only.</summary>
    MeanAbsoluteError = 2,

    /// <summary>Lower is better; values only.</summary>
    RootMeanSquareError = 3,
}
