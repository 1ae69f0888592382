using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>What a worker's thread does for a step, by itself on the calling thread: gather, forward, backward.</summary>
internal static class ComputePath
{
    /// <returns>Managed bytes that this thread allocates per step once buffers have their size; expected: 0.</returns>
    public static long AllocatedBytesPerStep(LoadedRun run)
    {
        using var weights = new WeightBufferPool(run.Network.Parameters.Length);
        using var sums = new AlignedBuffer(run.Network.SumLength);
        using var lane = new ComputeLane(run);
        var order = new RowOrder(run);
        WeightBuffer current = weights.Rent(new WeightVersion(0));
        run.Network.InitializeParameters(current.Span, run.Run.Training.Seed);
        int rows = Math.Min(run.Plan.BatchSize, run.Plan.TrainRows);
        var round = new Round(new RoundNumber(1), RoundKind.Train, new WeightVersion(0), 0, 0, rows, run.Plan.Shards);
        AllocatedBytes(WarmUpSteps);

        // The runtime may allocate on this thread as well, once, where it compiles a method anew.
        long[] turns = [AllocatedBytes(Steps), AllocatedBytes(Steps), AllocatedBytes(Steps)];
        current.Release();
        Array.Sort(turns);
        return turns[1] / Steps;

        long AllocatedBytes(int steps)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int step = 0; step < steps; step++)
            {
                lane.Compute(round, 0, round.ShardCount, order.Of(round).Span, current, sums.Span);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private const int WarmUpSteps = 3;
    private const int Steps = 5;
}
