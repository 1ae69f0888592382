namespace DistTrain.Runtime.Benchmarking;

/// <summary>Repeated measurements of one quantity.</summary>
/// <param name="Median">Of an even number, the mean of the middle two.</param>
public readonly record struct Spread(double Median, double Min, double Max)
{
    /// <param name="values">At least one; sorted in place.</param>
    public static Spread Of(Span<double> values)
    {
        values.Sort();
        int middle = values.Length / 2;
        double median = values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        return new Spread(median, values[0], values[^1]);
    }

    public static Spread Of(IEnumerable<double> values) => Of(values.ToArray().AsSpan());
}
