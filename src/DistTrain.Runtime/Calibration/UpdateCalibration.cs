using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Times what the coordinator does with floats, with the threads that it uses: additions of sums, updates of weights.</summary>
internal static class UpdateCalibration
{
    /// <returns>Floats a second, of additions and of updates.</returns>
    public static (double Adds, double Updates) Measure(LoadedRun run)
    {
        using var model = new ModelState(run, new WeightVersion(0));
        run.Network.InitializeParameters(model.Current.Span, run.Run.Training.Seed);
        using var pool = new SumBufferPool(run.Buckets.SumLength);
        SumBuffer left = pool.Rent();
        SumBuffer right = pool.Rent();
        left.Span.Clear();
        right.Span.Clear();
        int length = run.Buckets.SumLength;
        double add = MachineCalibration.Median(() =>
        {
            long start = Stopwatch.GetTimestamp();
            model.Add(new SumView(left, 0, length), new SumView(right, 0, length));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        long version = 0;
        double step = MachineCalibration.Median(() =>
        {
            var round = new Round(
                new RoundNumber(version + 1), RoundKind.Train, new WeightVersion(version), 0, 0, run.Plan.BatchSize, 1);
            long start = Stopwatch.GetTimestamp();
            for (int bucket = 0; bucket < run.Buckets.Count; bucket++)
            {
                model.Apply(round, bucket, run.Buckets.View(left, bucket), addend: null);
            }

            model.Publish();
            version++;
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        left.Release();
        right.Release();
        return (length / add, length / step);
    }
}
