using System.Diagnostics;

namespace DistTrain.Runtime;

/// <summary>Measures within a second or two how fast this machine is at the parts of a run's training step.</summary>
public static class MachineCalibration
{
    /// <param name="threads">Compute threads of a worker; 1 or more.</param>
    /// <param name="workersAtOnce">Workers that compute beside each other on this machine: they share its memory and caches.</param>
    /// <param name="rowsMin">The fewest rows that a worker will have.</param>
    /// <param name="rowsMax">The most; at most the batch.</param>
    public static async Task<MachineFigures> MeasureAsync(
        LoadedRun run, int threads, int workersAtOnce, int rowsMin, int rowsMax)
    {
        using var passes = new PassCalibration(run, threads, workers: 1);
        double[] readyShare = [];
        var points = new List<(double Rows, double Seconds)>();
        for (int warmUp = 0; warmUp < WarmUps; warmUp++)
        {
            passes.Measure(rowsMin);
        }

        foreach (int rows in RowCounts(rowsMin, Math.Clamp(rowsMax, 1, Math.Min(run.Plan.BatchSize, run.Plan.TrainRows))))
        {
            (double seconds, readyShare) = passes.Measure(rows);
            points.Add((rows, seconds));
        }

        // More rows never take less time; what says so is another program on the machine.
        for (int i = points.Count - 2; i >= 0; i--)
        {
            points[i] = (points[i].Rows, Math.Min(points[i].Seconds, points[i + 1].Seconds));
        }

        (double adds, double updates) = UpdateCalibration.Measure(run);
        (double perByte, double byteWork, double hop) = await LinkCalibration.MeasureAsync(run).ConfigureAwait(false);
        return new MachineFigures(
            [.. points], [.. readyShare], adds, updates, MessageCalibration.Measure(), hop, perByte, byteWork,
            Slowdown(run, threads, workersAtOnce, rowsMin));
    }

    private static double Slowdown(LoadedRun run, int threads, int workersAtOnce, int rows)
    {
        if (workersAtOnce < 2)
        {
            return 1;
        }

        using var one = new PassCalibration(run, threads, workers: 1);
        using var all = new PassCalibration(run, threads, workersAtOnce);
        return Math.Max(1, all.Measure(rows).Seconds / one.Measure(rows).Seconds);
    }

    /// <summary>
    /// The median of measurements that take about <see cref="SecondsPerFigure"/> together; at least five, of slow things one.
    /// </summary>
    internal static double Median(Func<double> measureOnce)
    {
        if (measureOnce() > SecondsOfSlow)
        {
            return measureOnce();
        }

        var seconds = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (seconds.Count < TimesMin
            || (seconds.Count < TimesMax && Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsPerFigure))
        {
            seconds.Add(measureOnce());
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>The most rows, half of them, a quarter, ... down to the fewest.</summary>
    private static List<int> RowCounts(int rowsMin, int rowsMax)
    {
        var counts = new List<int> { rowsMax };
        while (counts[^1] > Math.Max(1, rowsMin))
        {
            counts.Add(Math.Max(rowsMin, counts[^1] / 2));
        }

        counts.Reverse();
        return counts;
    }

    private const double SecondsPerFigure = 0.15;

    private const double SecondsOfSlow = 0.2;

    /// <summary>Measurements that are thrown away: code runs at full speed only after it ran for a while.</summary>
    private const int WarmUps = 2;

    private const int TimesMin = 5;

    private const int TimesMax = 200;
}
