using System.Diagnostics;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Times what the coordinator does with floats: the addition of sums and the update of weights.</summary>
internal static class UpdateCalibration
{
    /// <returns>Floats a second, of additions and of updates.</returns>
    public static (double Adds, double Updates) Measure(LoadedRun run)
    {
        int length = run.Network.Parameters.Length;
        using var left = new AlignedBuffer(length);
        using var right = new AlignedBuffer(length);
        double add = MachineCalibration.Median(() =>
        {
            long start = Stopwatch.GetTimestamp();
            TreeSum.Add(left.Span, right.Span, left.Span);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        using var weights = new AlignedBuffer(length);
        using var next = new AlignedBuffer(length);
        using var update = new WeightUpdate(run.Run.Training.Update, run.Network.Parameters, run.Plan.StepsTotal);
        run.Network.InitializeParameters(weights.Span, run.Run.Training.Seed);
        double step = MachineCalibration.Median(() =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int done = 0; done < length; done += ChunkLength)
            {
                int count = Math.Min(ChunkLength, length - done);
                Span<float> chunk = right.Span.Slice(done, count);
                Elementwise.FirstNonFinite(chunk);
                update.ApplyNext(0, 1, weights.Span, next.Span, done, chunk);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        return (length / add, length / step);
    }

    /// <summary>As in <see cref="ModelState"/>.</summary>
    private const int ChunkLength = 4096;
}
