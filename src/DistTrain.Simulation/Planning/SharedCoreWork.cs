using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// What it does to a step that all nodes share the cores of one machine: passes wait for a core, and for the coordinator's work
/// on earlier buckets. Seconds.
/// </summary>
internal sealed class SharedCoreWork
{
    private readonly StepCosts _costs;
    private readonly FanInTree _tree;
    private readonly WorkShares _shares;
    private readonly int _cores;
    private readonly double[] _passes;

    public SharedCoreWork(StepCosts costs, FanInTree tree, WorkShares shares, int cores)
    {
        (_costs, _tree, _shares, _cores) = (costs, tree, shares, cores);
        _passes = [.. shares.Workers.Select(nodes => PassSeconds(costs, nodes)).Where(seconds => seconds > 0)];
    }

    /// <summary>Of a worker alone on a machine.</summary>
    /// <param name="nodes">Shards of each tree node that it computes.</param>
    public static double PassSeconds(StepCosts costs, IReadOnlyList<int> nodes)
    {
        double rowsPerShard = (double)costs.BatchRows / costs.Shards;
        return nodes.Sum(shards => costs.Compute.Seconds(shards * rowsPerShard));
    }

    /// <summary>From the begin of all passes until the last one is done.</summary>
    public double ComputeSeconds() => CoreSharing.EndOfLast(_passes, _costs.Threads, _cores, _costs.SharedSlowdown);

    /// <summary>The same if rows could be divided evenly.</summary>
    public double EvenComputeSeconds()
    {
        double even = _costs.Compute.Seconds((double)_costs.BatchRows / _tree.Workers);
        return CoreSharing.EndOfLast(
            [.. Enumerable.Repeat(even, _tree.Workers)], _costs.Threads, _cores, _costs.SharedSlowdown);
    }

    /// <summary>
    /// By how much the last passes end later than that, because other work is done beside them: what becomes of the buckets
    /// before the last, the workers' taking in of weights and assignments, and of the last sums of those that are done earlier.
    /// </summary>
    public double PassDelay()
    {
        double longest = _passes.Max();
        int lastTogether = _passes.Count(seconds => seconds > longest * (1 - Alike));
        double floats = _costs.BucketFloats.Sum(f => (double)f) - _costs.BucketFloats[0];
        int messages = (2 * _passes.Length) + _passes.Length - 1;
        double beside = ExchangeSeconds(floats, _costs.BucketFloats.Length - 1) + (messages * _costs.MessageSeconds);
        return CoreSharing.Delay(beside, lastTogether * _costs.Threads, _cores);
    }

    /// <summary>All work of a step, everywhere, spread over all cores: no step is shorter.</summary>
    public double AllWorkSeconds()
    {
        double computing = _costs.Threads * _passes.Sum() * (_passes.Length * _costs.Threads > 1 ? _costs.SharedSlowdown : 1);
        double exchange = ExchangeSeconds(_costs.BucketFloats.Sum(f => (double)f), _costs.BucketFloats.Length);
        return (computing + exchange) / _cores;
    }

    /// <summary>
    /// Core seconds of what becomes of so many floats of the sums in so many buckets, everywhere: up, added, updated, down.
    /// Additions and updates go on all cores.
    /// </summary>
    private double ExchangeSeconds(double floats, int buckets)
    {
        double work = _cores * floats / _costs.UpdateFloatsPerSecond;
        for (int level = 0; level <= _tree.Levels.Length; level++)
        {
            int sums = _shares.SumsAtLevel[level];
            work += (sums + _tree.NodesAt(level))
                * ((floats * sizeof(float) * _costs.ByteWork) + (2 * buckets * _costs.MessageSeconds));
            work += _cores * (sums - 1) * floats / _costs.AddFloatsPerSecond;
        }

        return work;
    }

    /// <summary>Workers whose passes differ by less end together.</summary>
    private const double Alike = 0.05;
}
