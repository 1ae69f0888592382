namespace DistTrain.Data;

/// <summary>
/// How many of the rows become the test (or the validation) part. Which ones follows from the seed; all parts keep the
/// file's order.
/// </summary>
public abstract record SplitSpec
{
    private SplitSpec()
    {
    }

    /// <summary>None (the test part may have files of its own).</summary>
    public static SplitSpec None { get; } = new Nothing();

    public sealed record Nothing : SplitSpec;

    /// <param name="Share">Above 0 and below 1; the count is rounded to the nearest row, at least 1.</param>
    public sealed record Fraction(double Share) : SplitSpec;

    /// <param name="Count">At least 1 and below the number of rows.</param>
    public sealed record Rows(int Count) : SplitSpec;
}
