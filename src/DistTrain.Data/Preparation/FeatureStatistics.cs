using System.Collections.Immutable;

namespace DistTrain.Data;

/// <summary>
/// What is computed from the training part: fills for missing features, offsets and factors. In double, row after row,
/// so the same file gives the same bits everywhere.
/// </summary>
internal static class FeatureStatistics
{
    /// <returns>What stands in for a missing value of each column, shape (width,); empty where missing is an error.</returns>
    /// <exception cref="DataException">A column without any value in the training part.</exception>
    public static ImmutableArray<float> Fill(RawPart part, int[] rows, MissingValues missing)
    {
        switch (missing)
        {
            case MissingValues.FillNumber(float value):
                return float.IsFinite(value)
                    ? [.. Enumerable.Repeat(value, part.Features.Width)]
                    : throw new DataException($"data.missing is {value}, expected a finite number, \"mean\" or \"median\"");
            case MissingValues.FillMean:
                double[] means = Means(part.Features, rows, out long[] counts);
                CheckCounts(part, counts);
                return [.. means.Select(static mean => (float)mean)];
            case MissingValues.FillMedian:
                return Medians(part, rows);
            default:
                return [];
        }
    }

    /// <param name="fill">Shape (width,) or empty.</param>
    /// <param name="columns">Which features are values of a category: they stay 0 and 1.</param>
    public static FeatureScaling Scaling(
        RawFeatures features, int[] rows, ScalingSpec spec, ImmutableArray<float> fill, FeatureColumns columns) =>
        WithoutCategories(columns, spec switch
        {
            ScalingSpec.Standardize => Standardize(features, rows, fill),
            ScalingSpec.MinMax => MinMax(features, rows, fill),
            ScalingSpec.DivideBy(float divisor) => DivideBy(features.Width, divisor),
            _ => FeatureScaling.None,
        });

    /// <summary>Puts the fill in the place of missing values.</summary>
    public static void FillRow(Span<float> row, ReadOnlySpan<float> fill)
    {
        for (int column = 0; column < fill.Length; column++)
        {
            if (float.IsNaN(row[column]))
            {
                row[column] = fill[column];
            }
        }
    }

    private static FeatureScaling WithoutCategories(FeatureColumns columns, FeatureScaling scaling)
    {
        if (scaling.IsNone || !columns.HasCategories)
        {
            return scaling;
        }

        float[] offset = [.. scaling.Offset];
        float[] factor = [.. scaling.Factor];
        foreach (CategoryColumn category in columns.Categories.OfType<CategoryColumn>())
        {
            offset.AsSpan(category.FirstFeature, category.Values.Length).Clear();
            factor.AsSpan(category.FirstFeature, category.Values.Length).Fill(1);
        }

        return new FeatureScaling([.. offset], [.. factor]);
    }

    private static double[] Means(RawFeatures features, int[] rows, out long[] counts)
    {
        double[] sums = new double[features.Width];
        counts = new long[features.Width];
        float[] row = new float[features.Width];
        foreach (int index in rows)
        {
            features.CopyRow(index, row);
            for (int column = 0; column < row.Length; column++)
            {
                if (!float.IsNaN(row[column]))
                {
                    sums[column] += row[column];
                    counts[column]++;
                }
            }
        }

        for (int column = 0; column < sums.Length; column++)
        {
            sums[column] /= Math.Max(counts[column], 1);
        }

        return sums;
    }

    private static ImmutableArray<float> Medians(RawPart part, int[] rows)
    {
        RawFeatures features = part.Features;
        float[] values = new float[rows.Length];
        var medians = new float[features.Width];
        long[] counts = new long[features.Width];
        for (int column = 0; column < features.Width; column++)
        {
            int count = 0;
            foreach (int index in rows)
            {
                float value = features.Value(index, column);
                if (!float.IsNaN(value))
                {
                    values[count++] = value;
                }
            }

            counts[column] = count;
            Array.Sort(values, 0, count);
            medians[column] = count == 0 ? 0
                : (float)(((double)values[(count - 1) / 2] + values[count / 2]) / 2);
        }

        CheckCounts(part, counts);
        return [.. medians];
    }

    private static void CheckCounts(RawPart part, long[] counts)
    {
        int column = Array.IndexOf(counts, 0);
        if (column >= 0)
        {
            string name = part.FeatureNames.IsEmpty ? $"{column} (from 0)" : $"\"{part.FeatureNames[column]}\"";
            throw new DataException(
                $"feature column {name} has no value in the training part, so there is nothing to fill its missing values "
                + "with; leave it out with data.ignore, or set data.missing to a number");
        }
    }

    private static FeatureScaling Standardize(RawFeatures features, int[] rows, ImmutableArray<float> fill)
    {
        int width = features.Width;
        double[] means = new double[width];
        double[] squares = new double[width];
        float[] row = new float[width];
        foreach (int index in rows)
        {
            features.CopyRow(index, row);
            FillRow(row, fill.AsSpan());
            for (int column = 0; column < width; column++)
            {
                means[column] += row[column];
            }
        }

        for (int column = 0; column < width; column++)
        {
            means[column] /= rows.Length;
        }

        foreach (int index in rows)
        {
            features.CopyRow(index, row);
            FillRow(row, fill.AsSpan());
            for (int column = 0; column < width; column++)
            {
                double deviation = row[column] - means[column];
                squares[column] += deviation * deviation;
            }
        }

        return new FeatureScaling(
            [.. means.Select(static mean => (float)mean)],
            [.. squares.Zip(means, (square, mean) => Reciprocal(Math.Sqrt(square / rows.Length), mean))]);
    }

    private static FeatureScaling MinMax(RawFeatures features, int[] rows, ImmutableArray<float> fill)
    {
        int width = features.Width;
        float[] lowest = [.. Enumerable.Repeat(float.PositiveInfinity, width)];
        float[] highest = [.. Enumerable.Repeat(float.NegativeInfinity, width)];
        float[] row = new float[width];
        foreach (int index in rows)
        {
            features.CopyRow(index, row);
            FillRow(row, fill.AsSpan());
            for (int column = 0; column < width; column++)
            {
                lowest[column] = Math.Min(lowest[column], row[column]);
                highest[column] = Math.Max(highest[column], row[column]);
            }
        }

        return new FeatureScaling(
            [.. lowest],
            [.. highest.Zip(lowest, static (high, low) => Reciprocal((double)high - low, low))]);
    }

    private static FeatureScaling DivideBy(int width, float divisor)
    {
        if (!float.IsFinite(divisor) || divisor == 0 || !float.IsFinite(1 / divisor))
        {
            throw new DataException(FormattableString.Invariant(
                $"data.scaling divides by {divisor}, expected a finite number that is not 0, as in 255"));
        }

        return new FeatureScaling(
            [.. Enumerable.Repeat(0f, width)], [.. Enumerable.Repeat((float)(1.0 / divisor), width)]);
    }

    /// <summary>1 for a constant column, which its offset alone makes 0.</summary>
    /// <param name="range">What the column is divided by.</param>
    /// <param name="level">A value of the column; a range that float32 cannot tell from it is rounding, not variation.</param>
    private static float Reciprocal(double range, double level)
    {
        float factor = (float)(1 / range);
        return range > Math.Abs(level) * RelativeRangeMin && float.IsFinite(factor) && factor > 0 ? factor : 1;
    }

    /// <summary>2^-24, half of float32's relative spacing.</summary>
    private const double RelativeRangeMin = 1.0 / (1 << 24);
}
