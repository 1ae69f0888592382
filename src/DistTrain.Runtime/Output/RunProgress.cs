namespace DistTrain.Runtime;

/// <summary>The figures of a run so far: what a checkpoint keeps beside the weights so that a resumed run goes on counting.</summary>
public sealed record RunProgress
{
    /// <summary>Σ over the rows of the unfinished epoch of their loss.</summary>
    public double EpochLossSum { get; init; }

    /// <summary>Rows of the unfinished epoch predicted right.</summary>
    public double EpochCorrect { get; init; }

    /// <summary>Rows of the unfinished epoch trained so far.</summary>
    public long EpochRows { get; init; }

    public double EpochSeconds { get; init; }

    /// <summary>Of the unfinished epoch's training rounds.</summary>
    public double EpochTrainSeconds { get; init; }

    /// <summary>All rows trained so far.</summary>
    public long Rows { get; init; }

    /// <summary>Time of all training rounds so far.</summary>
    public double TrainSeconds { get; init; }

    /// <summary>Time of the whole run so far.</summary>
    public double Seconds { get; init; }

    public int Recoveries { get; init; }

    /// <summary>Loss of the last step; null before the first.</summary>
    public double? LastLoss { get; init; }

    /// <summary>The last finished epoch; null before the first.</summary>
    public EpochFigures? LastEpoch { get; init; }

    /// <summary>The last evaluation of the test part while training; null before the first, or where validation took its place.</summary>
    public EvaluationFigures? LastTest { get; init; }

    /// <summary>The last evaluation of the validation part; null before the first, or where there is none.</summary>
    public EvaluationFigures? LastValidation { get; init; }

    /// <summary>What <see cref="BestValue"/> is a figure of; another one starts anew.</summary>
    public BestMetric? BestMetric { get; init; }

    /// <summary>Value of the metric by which the best model is chosen; null before the first evaluation.</summary>
    public double? BestValue { get; init; }

    /// <summary>Updates applied when it was reached.</summary>
    public long BestStep { get; init; }

    public int EvaluationsSinceBest { get; init; }

    /// <summary>Whether the evaluation due at this version was made.</summary>
    public bool Evaluated { get; init; }

    /// <summary>Null in checkpoints of versions that did not note it.</summary>
    public RunOrigin? Origin { get; init; }
}
