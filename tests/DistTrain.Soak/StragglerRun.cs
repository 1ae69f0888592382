using System.Diagnostics;
using System.Globalization;

namespace DistTrain.Soak;

/// <summary>
/// Four workers, each with a fixed share of a core; one is slowed to a third and back, by turns. What do the steps take,
/// beside what the workers' summed speed lets expect?
/// </summary>
internal static class StragglerRun
{
    /// <summary>Of what the summed speed predicts.</summary>
    public const double TolerableShare = 1.2;

    private const int Workers = 4;
    private const double Cores = 0.4;
    private const double Slowness = 3;
    private const int Turns = 3;
    private const int StepsToLearn = 12;
    private const int StepsToMeasure = 25;

    /// <summary>Steps of some tenths of a second, so that quotas of milliseconds average out.</summary>
    private static readonly string[] Settings =
    [
        "training.batchSize=1438", "training.shards=32", "training.epochs=100000",
        """model.layers=[{"type":"linear","units":1024},"relu",{"type":"linear","units":1024},"relu",{"type":"linear","units":"classes"}]""",
    ];

    /// <returns>The exit code: 1 where a step takes too long.</returns>
    public static int Run(SoakOrder order, string folder, TextWriter output)
    {
        using RealCluster cluster = new(new ClusterSetup(order.RunFile, folder, Settings, Workers));
        RealWorker[] workers = [.. Enumerable.Range(0, Workers).Select(_ => cluster.StartWorker())];
        foreach (RealWorker worker in workers)
        {
            cluster.WaitUntilJoined(worker);
        }

        CpuQuota[] quotas = [.. workers.Select(worker => new CpuQuota(worker.Node.Process, Cores))];
        try
        {
            List<double> even = [];
            List<double> slowed = [];
            cluster.Log.WaitForStep(StepsToLearn);
            for (int turn = 0; turn < Turns; turn++)
            {
                quotas[0].Set(Cores);
                even.Add(MeasureStep(cluster.Log));
                quotas[0].Set(Cores / Slowness);
                slowed.Add(MeasureStep(cluster.Log));
            }

            double before = SoakFigures.Percentile(even, 0.5);
            double after = SoakFigures.Percentile(slowed, 0.5);
            double predicted = before * Workers / (Workers - 1 + (1 / Slowness));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {Workers} workers of {Cores:0.0} cores: {before * 1000:0} ms a step ({Join(even)})
                one of them at a third: predicted {predicted * 1000:0} ms, measured {after * 1000:0} ms ({Join(slowed)}): {after / predicted:0.00} times
                """));
            return after <= predicted * TolerableShare ? 0 : 1;
        }
        finally
        {
            cluster.Dispose();
            foreach (CpuQuota quota in quotas)
            {
                quota.Dispose();
            }
        }
    }

    /// <summary>Mean seconds of a step, after the coordinator has had time to learn the speeds.</summary>
    private static double MeasureStep(ClusterLog log)
    {
        long first = log.StepNow + StepsToLearn;
        long start = log.WaitForStep(first).Stamp;
        long end = log.WaitForStep(first + StepsToMeasure).Stamp;
        return Stopwatch.GetElapsedTime(start, end).TotalSeconds / StepsToMeasure;
    }

    private static string Join(IEnumerable<double> seconds) => string.Join(
        ", ", seconds.Select(value => (value * 1000).ToString("0", CultureInfo.InvariantCulture)));
}
