using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>What <see cref="StepCalibration"/> finds.</summary>
/// <param name="ReadyShare">Per bucket: share of a pass after which its sums are final.</param>
/// <param name="Adds">Floats of a sum of two sums a second, with the coordinator's threads.</param>
/// <param name="Updates">Floats of the next weights a second.</param>
internal readonly record struct StepParts(double[] ReadyShare, double Adds, double Updates);

/// <summary>
/// Trains for a second: passes on the cores that workers will have, then the coordinator's update, again and again. So each
/// part finds the caches as the other left them, the code is compiled, and the weights are no longer those of the first step.
/// </summary>
internal static class StepCalibration
{
    /// <param name="passes">All its workers compute; the first one's sums count.</param>
    /// <param name="seconds">For how long; some steps at least.</param>
    /// <exception cref="TrainingException">The run diverges at once.</exception>
    public static StepParts Measure(LoadedRun run, PassCalibration passes, PassShape shape, ModelState model,
        double seconds = SecondsOfTraining)
    {
        using var pool = new SumBufferPool(run.Buckets.SumLength);
        SumBuffer before = pool.Rent();
        before.Span.Clear();
        var adds = new List<double>();
        var updates = new List<double>();
        double[] readyShare = [];
        long start = Stopwatch.GetTimestamp();

        // A run that diverges ends early: what was measured until then counts, and its last finite weights.
        for (int step = 0; step < StepsMin || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; step++)
        {
            passes.Seconds(passes.Workers, shape, model.Current, 1);
            readyShare = passes.ReadyShare();
            if (passes.TakeSums() is not { } sums)
            {
                break;
            }

            // What comes second finds the sums in the caches: it is not timed.
            bool timesAddition = step % 2 != 0;
            if (timesAddition)
            {
                adds.Add(Seconds(() => model.Add(
                    new SumView(before, 0, before.Length), new SumView(sums, 0, sums.Length))));
            }

            double update = Seconds(() => Update(run, model, shape.Round(run, model.Current.Version.Value), sums));
            if (model.Defect is not null)
            {
                sums.Release();
                break;
            }

            if (!timesAddition)
            {
                updates.Add(update);
            }

            before.Release();
            before = sums;
        }

        before.Release();
        if (adds.Count == 0 || updates.Count == 0)
        {
            throw new TrainingException(
                "nothing can be planned: the first steps' loss or gradients are not finite, train says where; "
                + "lower the learning rate or clip the gradient");
        }

        int floats = run.Buckets.SumLength;
        return new StepParts(readyShare, floats / Late(adds), floats / Late(updates));
    }

    /// <summary>
    /// A pass as it is in a step: an update has gone through the caches before, and the weights are new to the worker's core.
    /// </summary>
    /// <returns>Of one worker's pass.</returns>
    public static RepeatedTiming TimePass(LoadedRun run, PassCalibration passes, PassShape shape, ModelState model) =>
        RepeatedTiming.Of(() =>
        {
            double seconds = passes.Seconds(1, shape, model.Current, 1);
            if (passes.TakeSums() is { } sums)
            {
                if (model.Defect is null)
                {
                    Update(run, model, shape.Round(run, model.Current.Version.Value), sums);
                }

                sums.Release();
            }

            return seconds;
        }, TimeProvider.System);

    private static void Update(LoadedRun run, ModelState model, Round round, SumBuffer sums)
    {
        for (int bucket = 0; bucket < run.Buckets.Count; bucket++)
        {
            model.Apply(round, bucket, run.Buckets.View(sums, bucket), addend: null);
        }

        if (model.Defect is null)
        {
            model.Publish();
        }
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The median of the second half.</summary>
    private static double Late(List<double> seconds)
    {
        double[] late = [.. seconds.Skip(seconds.Count / 2).Order()];
        return late[late.Length / 2];
    }

    /// <summary>Long enough for the compiler's last stage and for caches, short enough to wait for.</summary>
    private const double SecondsOfTraining = 1;

    private const int StepsMin = 3;
}
