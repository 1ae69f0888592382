namespace DistTrain.Runtime;

/// <summary>
/// Times what workers do with a tree node, as they do it: rows gathered in the epoch's order, forward, backward and the
/// additions inside the node, on the run's own shards, rows and weights.
/// </summary>
/// <param name="isUnchecked">Whether the sums go where the update looks for values that are not finite.</param>
internal sealed class PassCalibration(LoadedRun run, int threads, int workers, bool isUnchecked) : IDisposable
{
    private readonly PassWorker[] _workers =
        [.. Enumerable.Range(0, workers).Select(_ => new PassWorker(run, threads, isUnchecked))];
    private long _step;

    public int Workers => _workers.Length;

    /// <summary>The last node's sums of the first worker, with a reference; null: they were not finite.</summary>
    public SumBuffer? TakeSums() => _workers[0].TakeSums();

    /// <summary>After which share of the last pass each bucket's sums were final.</summary>
    public double[] ReadyShare() => _workers[0].ReadyShare();

    /// <summary>The first workers compute passes beside each other; each takes rows that it did not have lately.</summary>
    /// <returns>Seconds of one pass of the slowest.</returns>
    public double Seconds(int workersAtOnce, PassShape shape, WeightBuffer weights, int times)
    {
        ReadOnlySpan<PassWorker> active = _workers.AsSpan(0, workersAtOnce);
        foreach (PassWorker worker in active)
        {
            worker.Start(shape, weights, _step, times);
            _step += times;
        }

        double slowest = 0;
        foreach (PassWorker worker in active)
        {
            slowest = Math.Max(slowest, worker.WaitSeconds());
        }

        return slowest / times;
    }

    /// <summary>How much longer a pass takes while all workers compute than while one does.</summary>
    public double Slowdown(PassShape shape, WeightBuffer weights)
    {
        Seconds(_workers.Length, shape, weights, 1);
        int times = (int)Math.Clamp(Math.Ceiling(SecondsTogether / Seconds(1, shape, weights, 1)), 1, TimesMax);
        return SideBySide.Slowdown(
            () => Seconds(1, shape, weights, times), () => Seconds(_workers.Length, shape, weights, times), TimeProvider.System);
    }

    public void Dispose()
    {
        foreach (PassWorker worker in _workers)
        {
            worker.Dispose();
        }
    }

    /// <summary>Long enough that the end of one beside the others does not count.</summary>
    private const double SecondsTogether = 0.1;

    private const int TimesMax = 4096;
}
