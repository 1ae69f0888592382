using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// Measures the step time of the real machines of coordinator, aggregators and workers on virtual links, without faults:
/// every message of the protocol is sent, with its true size, but floats are only counted.
/// </summary>
public static class ScalingSimulation
{
    /// <param name="network">Of many machines: a cluster on one machine shares more than wires.</param>
    /// <returns>Median of the steps after the first few, in which workers are measured.</returns>
    /// <exception cref="InvalidOperationException">The simulated run did not end: a defect of the protocol.</exception>
    public static double StepSeconds(StepCosts costs, ClusterNetwork network, int workers, int fanIn)
    {
        if (network.SharedCores is not null)
        {
            throw new ArgumentException("a cluster on one machine is not simulated", nameof(network));
        }

        var world = new ScalingWorld(costs, network);
        FanInTree tree = FanInTree.For(workers, fanIn);
        var coordinator = new ScalingCoordinator(world, tree.CoordinatorChildren, Steps);
        coordinator.Start();
        List<IScalingParent> above = [coordinator];
        for (int level = 0; level <= tree.Levels.Length; level++)
        {
            var here = new List<IScalingParent>();
            for (int index = 0; index < tree.NodesAt(level); index++)
            {
                IScalingParent parent = above[tree.ParentOf(level, index)];
                if (level == tree.Levels.Length)
                {
                    world.Join(parent, new ScalingWorker(world, $"worker {index}"));
                    continue;
                }

                var aggregator = new ScalingAggregator(
                    world, $"aggregator {level}.{index}", tree.ChildrenOf(level + 1, index));
                world.Join(parent, aggregator);
                here.Add(aggregator);
            }

            above = here;
        }

        while (coordinator.End is null)
        {
            if (!world.Step() || world.EventsDone > EventsMax)
            {
                throw new InvalidOperationException(
                    $"the simulated run of {workers} workers stands still after {coordinator.RoundsClosedAt.Count} steps, "
                    + $"{world.EventsDone} events and {world.Now / 1e9:0.000} s: {coordinator.Describe()}");
            }
        }

        List<long> times = [.. coordinator.RoundsClosedAt.Zip(coordinator.RoundsClosedAt.Skip(1), (from, to) => to - from).Skip(StepsUnmeasured)];
        times.Sort();
        return times[times.Count / 2] / 1e9;
    }

    private const int Steps = 10;

    private const int StepsUnmeasured = 3;

    private const long EventsMax = 200_000_000;
}
