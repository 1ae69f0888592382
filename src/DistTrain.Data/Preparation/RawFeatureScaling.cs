namespace DistTrain.Data;

/// <summary>What is done to a row of raw features before the model sees it: fill, then (x − offset) · factor.</summary>
internal static class RawFeatureScaling
{
    /// <param name="row">Shape (width,). Missing values as NaN; updated in place.</param>
    public static void Apply(Span<float> row, ReadOnlySpan<float> fill, FeatureScaling scaling)
    {
        FeatureStatistics.FillRow(row, fill);
        ReadOnlySpan<float> offset = scaling.Offset.AsSpan();
        ReadOnlySpan<float> factor = scaling.Factor.AsSpan();
        for (int column = 0; column < offset.Length; column++)
        {
            row[column] = (row[column] - offset[column]) * factor[column];
        }
    }

    /// <returns>The first column that is NaN or infinite; −1 where all are finite.</returns>
    public static int IndexOfInfinite(ReadOnlySpan<float> row)
    {
        for (int column = 0; column < row.Length; column++)
        {
            if (!float.IsFinite(row[column]))
            {
                return column;
            }
        }

        return -1;
    }
}
