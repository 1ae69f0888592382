using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Gathers the parts of one step's time as the coordinator comes to know them. For one thread.</summary>
public sealed class StepTimer
{
    private readonly Dictionary<WorkerId, ComputeParts> _computed = [];
    private long _reduceTicks;
    private long _updateTicks;

    /// <summary>One sum's share of its worker's compute time.</summary>
    public void AddComputed(WorkerId worker, ComputeParts parts)
    {
        _computed.TryGetValue(worker, out ComputeParts before);
        _computed[worker] = before + parts;
    }

    /// <param name="startedAt">Of <see cref="Stopwatch"/>.</param>
    public void AddReduce(long startedAt) => _reduceTicks += Stopwatch.GetTimestamp() - startedAt;

    /// <param name="startedAt">Of <see cref="Stopwatch"/>.</param>
    public void AddUpdate(long startedAt) => _updateTicks += Stopwatch.GetTimestamp() - startedAt;

    /// <summary>The figures since the last call; the next step starts from nothing.</summary>
    public StepTimes Take()
    {
        ComputeParts longest = default;
        foreach (ComputeParts parts in _computed.Values)
        {
            longest = parts.Total > longest.Total ? parts : longest;
        }

        var times = new StepTimes
        {
            Gather = longest.Gather,
            Forward = longest.Forward,
            Backward = longest.Backward,
            WorkerReduce = longest.Add,
            Reduce = Microseconds(_reduceTicks),
            Update = Microseconds(_updateTicks),
        };
        _computed.Clear();
        _reduceTicks = 0;
        _updateTicks = 0;
        return times;
    }

    private static long Microseconds(long ticks) => (long)Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;
}
