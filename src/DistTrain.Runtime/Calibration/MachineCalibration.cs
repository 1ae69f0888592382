using System.Diagnostics;

namespace DistTrain.Runtime;

/// <summary>Measures within a second or two how fast this machine is at the parts of a run's training step.</summary>
public static class MachineCalibration
{
    /// <param name="threads">Compute threads of a worker; 1 or more.</param>
    /// <param name="workersAtOnce">Workers that compute beside each other on this machine: they share its memory and caches.</param>
    /// <param name="rowsMin">The fewest rows that a worker will have.</param>
    public static MachineFigures Measure(LoadedRun run, int threads, int workersAtOnce, int rowsMin)
    {
        using var passes = new PassCalibration(run, threads, Math.Max(1, workersAtOnce));
        double[] readyShare = [];
        var points = new List<(double, double)>();
        foreach (int rows in RowCounts(rowsMin, Math.Min(run.Plan.BatchSize, run.Plan.TrainRows)))
        {
            (double seconds, readyShare) = passes.Measure(rows);
            points.Add((rows, seconds));
        }

        (double adds, double updates) = UpdateCalibration.Measure(run);
        (double message, double hop) = MessageCalibration.Measure();
        return new MachineFigures(
            [.. points], [.. readyShare], adds, updates, message, hop, LinkCalibration.SecondsPerByte(run.Buckets));
    }

    /// <summary>The median of measurements that take about <see cref="SecondsPerFigure"/> together; at least five.</summary>
    internal static double Median(Func<double> measureOnce)
    {
        measureOnce();
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

    /// <summary>Half the batch, a quarter, ... down to the fewest rows.</summary>
    private static List<int> RowCounts(int rowsMin, int batchRows)
    {
        var counts = new List<int> { batchRows };
        while (counts[^1] > Math.Max(1, rowsMin))
        {
            counts.Add(Math.Max(rowsMin, counts[^1] / 2));
        }

        counts.Reverse();
        return counts;
    }

    private const double SecondsPerFigure = 0.15;

    private const int TimesMin = 5;

    private const int TimesMax = 200;
}
