using DistTrain.Numerics;

namespace DistTrain.Data;

/// <summary>
/// The run file's data section: which files hold the samples and what is done to them before training. One record for
/// each file format; what all formats share stands here. Paths are relative to the run file's folder unless rooted.
/// </summary>
public abstract record DataSpec
{
    /// <summary>What the targets are. Default: classes. Use <see cref="TargetKind.Values"/> for regression.</summary>
    public TargetKind Targets { get; init; } = TargetKind.Classes;

    /// <summary>
    /// Rows set aside for the test part, drawn by the run's seed. Default: none. Must stay none where the test part has
    /// files of its own.
    /// </summary>
    public SplitSpec Split { get; init; } = SplitSpec.None;

    /// <summary>
    /// Rows set aside for the validation part: evaluated while training, for early stopping and the best model, so that the
    /// test part stays untouched until the end. Drawn by the run's seed from the training file's rows. Default: none.
    /// </summary>
    public SplitSpec Validation { get; init; } = SplitSpec.None;

    /// <summary>
    /// Whether test and validation part get of each class the share that they get of all rows, to the nearest row, and at least
    /// one row of each class stays for training. For classes, where rows are set aside. Default: no, any rows are drawn.
    /// </summary>
    public bool Stratify { get; init; }

    /// <summary>What is done to the feature columns; computed on the training part only. Default: nothing.</summary>
    public ScalingSpec Scaling { get; init; } = ScalingSpec.None;

    /// <summary>What stands in for a missing feature. Default: nothing, a missing value is an error.</summary>
    public MissingValues Missing { get; init; } = MissingValues.Refuse;

    /// <summary>
    /// Shape of one sample, as in (1, 8, 8), for columns that are an image. Null: as the file has it, which is (columns)
    /// for CSV, (1, height, width) for IDX images, and the dimensions after the first for NPY.
    /// </summary>
    public Shape? FeatureShape { get; init; }

    /// <summary>Whether each epoch walks the training rows in an order of its own. Default: yes.</summary>
    public bool Shuffle { get; init; } = true;
}

/// <summary>What a target column holds.</summary>
public enum TargetKind
{
    /// <summary>
    /// A label of any text or whole number; becomes the index of its class. One label column. Classes are those of the
    /// training part, sorted by value where all labels are numbers, else by ordinal text comparison.
    /// </summary>
    Classes = 0,

    /// <summary>Finite numbers, used as they are. One or more label columns.</summary>
    Values = 1,
}
