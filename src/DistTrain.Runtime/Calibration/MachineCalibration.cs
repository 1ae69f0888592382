using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Measures within a few seconds how fast this machine is at the parts of a run's training step.</summary>
public static class MachineCalibration
{
    /// <param name="threads">Compute threads of a worker; 1 or more.</param>
    /// <param name="workersAtOnce">
    /// Workers that compute beside each other on this machine: they share its memory and caches. 0: workers have machines of
    /// their own.
    /// </param>
    /// <param name="rowsMin">The fewest rows that a worker will have.</param>
    /// <param name="rowsMax">The most; at most the batch.</param>
    public static async Task<MachineFigures> MeasureAsync(
        LoadedRun run, int threads, int workersAtOnce, int rowsMin, int rowsMax)
    {
        bool isLocal = workersAtOnce > 0;
        using var model = new ModelState(run, new WeightVersion(0), isShared: isLocal);
        run.Network.InitializeParameters(model.Current.Span, run.Run.Training.Seed);
        using var passes = new PassCalibration(run, threads, Math.Max(1, workersAtOnce), isUnchecked: isLocal);
        IReadOnlyList<PassShape> shapes = PassShape.Between(run, rowsMin, rowsMax);
        // First, so that code is compiled and cores are awake when the passes are timed.
        StepParts step = StepCalibration.Measure(run, passes, shapes[^1], model);
        var points = new List<(double Rows, double Seconds)>();
        double spread = 1;
        foreach (PassShape shape in shapes)
        {
            RepeatedTiming pass = StepCalibration.TimePass(run, passes, shape, model);
            points.Add((shape.Rows(run), pass.Median));
            spread = Math.Max(spread, pass.Spread);
        }

        // More rows never take less time; what says so is another program on the machine.
        for (int i = points.Count - 2; i >= 0; i--)
        {
            points[i] = (points[i].Rows, Math.Min(points[i].Seconds, points[i + 1].Seconds));
        }

        double slowdown = workersAtOnce > 1 ? passes.Slowdown(shapes[Math.Max(0, shapes.Count - 2)], model.Current) : 1;
        LinkFigures link = await LinkCalibration.MeasureAsync(run).ConfigureAwait(false);
        return new MachineFigures(
            [.. points], [.. step.ReadyShare], step.Adds, step.Updates, MessageCalibration.Measure() + link.SendSeconds,
            link.HopSeconds, link.ByteSeconds, link.ByteWork, slowdown, spread);
    }
}
