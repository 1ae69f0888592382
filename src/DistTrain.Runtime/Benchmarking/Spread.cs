namespace DistTrain.Runtime.Benchmarking;

/// <summary>Repeated measurements of one quantity.</summary>
/// <param name="Median">Of an even number, the mean of the middle two.</param>
/// <param name="Mean">Well above the median: some values, fewer than half, are far larger.</param>
public readonly record struct Spread(double Median, double Min, double Max, double Mean)
{
    /// <param name="values">At least one; sorted in place.</param>
    public static Spread Of(Span<double> values)
    {
        values.Sort();
        int middle = values.Length / 2;
        double median = values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return new Spread(median, values[0], values[^1], sum / values.Length);
    }

    public static Spread Of(IEnumerable<double> values) => Of(values.ToArray().AsSpan());
}
