namespace DistTrain.Data;

/// <summary>
/// What to do about a missing feature: in CSV an empty field, "NA", "N/A", "?", "null" or "NaN"; in NPY and float IDX a NaN. A missing
/// label is an error always, and so is an infinite number.
/// </summary>
public abstract record MissingValues
{
    private MissingValues()
    {
    }

    /// <summary>It is an error that names file, line and column.</summary>
    public static MissingValues Refuse { get; } = new Refused();

    public sealed record Refused : MissingValues;

    /// <param name="Value">Finite; before scaling.</param>
    public sealed record FillNumber(float Value) : MissingValues;

    /// <summary>The column's mean over the training part.</summary>
    public sealed record FillMean : MissingValues;

    /// <summary>The column's median over the training part.</summary>
    public sealed record FillMedian : MissingValues;
}
