namespace DistTrain.Runtime;

/// <summary>How long something takes, measured again and again.</summary>
/// <param name="Median">Seconds.</param>
/// <param name="Spread">The upper quartile over the lower one; 1 where it was measured once.</param>
internal readonly record struct RepeatedTiming(double Median, double Spread)
{
    /// <summary>
    /// Of measurements that take about <see cref="SecondsPerFigure"/> together; at least five, of slow things one. A first one
    /// does not count.
    /// </summary>
    /// <param name="measureOnce">In seconds.</param>
    public static RepeatedTiming Of(Func<double> measureOnce, TimeProvider clock)
    {
        if (measureOnce() > SecondsOfSlow)
        {
            return new RepeatedTiming(measureOnce(), 1);
        }

        var seconds = new List<double>();
        long start = clock.GetTimestamp();
        while (seconds.Count < TimesMin
            || (seconds.Count < TimesMax && clock.GetElapsedTime(start).TotalSeconds < SecondsPerFigure))
        {
            seconds.Add(measureOnce());
        }

        seconds.Sort();
        return new RepeatedTiming(
            seconds[seconds.Count / 2], seconds[seconds.Count * 3 / 4] / Math.Max(seconds[seconds.Count / 4], double.Epsilon));
    }

    private const double SecondsPerFigure = 0.15;

    private const double SecondsOfSlow = 0.2;

    private const int TimesMin = 5;

    private const int TimesMax = 200;
}
