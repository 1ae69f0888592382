using DistTrain.Runtime;
using DistTrain.Simulation;

namespace DistTrain.Cli;

/// <summary>A plan as it is printed.</summary>
/// <param name="PassSpread">How far the times of one and the same pass lay apart (<see cref="MachineFigures.PassSpread"/>).</param>
internal sealed record ClusterPlan(
    string RunFile, int ParameterCount, int BatchSize, StepCosts Costs, ClusterNetwork Network, double PassSpread,
    IReadOnlyList<ClusterPlanRow> Rows)
{
    /// <summary>Whether the machine was too busy to be measured well.</summary>
    public bool IsDisturbed => PassSpread > SpreadUsual;

    /// <summary>Quiet machines, virtual ones included, mostly stay below; beside a build it was 2.1 and more.</summary>
    private const double SpreadUsual = 1.25;
}

/// <param name="Predicted">With the run file's shards and the fan-in asked for, or the best one.</param>
/// <param name="Recommended">With the best number of shards too.</param>
/// <param name="SimulatedStepSeconds">Of the predicted cluster; null where no simulation was asked for.</param>
internal sealed record ClusterPlanRow(
    int Workers, StepPrediction Predicted, StepPrediction Recommended, double? SimulatedStepSeconds);

/// <summary>Joins what was measured on this machine to what the cost model asks for.</summary>
internal static class PlanInputs
{
    /// <param name="batchSeconds">Of one worker for a whole batch, where this machine's own speed is not to count.</param>
    public static StepCosts CostsOf(LoadedRun run, MachineFigures machine, int threads, double? batchSeconds)
    {
        var curve = new ComputeCurve(machine.ComputePoints);
        int rows = Math.Min(run.Plan.BatchSize, run.Plan.TrainRows);
        return new StepCosts
        {
            BucketFloats = [.. Enumerable.Range(0, run.Buckets.Count).Select(run.Buckets.SumLengthOf)],
            BatchRows = rows,
            Shards = run.Plan.Shards,
            Compute = batchSeconds is double given ? curve.Scaled(given / curve.Seconds(rows)) : curve,
            SumsReadyShare = machine.SumsReadyShare,
            AddFloatsPerSecond = machine.AddFloatsPerSecond,
            UpdateFloatsPerSecond = machine.UpdateFloatsPerSecond,
            MessageSeconds = machine.MessageSeconds,
            ByteSeconds = machine.LinkByteSeconds,
            ByteWork = machine.LinkByteWork,
            SharedSlowdown = machine.SharedSlowdown,
            Threads = threads,
        };
    }

    public static ClusterPlanRow RowOf(StepCosts costs, ClusterNetwork network, int workers, int? fanIn, bool simulates)
    {
        StepPrediction predicted = StepPlanner.Best(costs, network, workers, fanIn, costs.Shards);
        StepPrediction recommended = StepPlanner.Best(costs, network, workers, fanIn, shards: null);
        double? simulated = simulates
            ? ScalingSimulation.StepSeconds(costs, network, workers, predicted.FanIn)
            : null;
        return new ClusterPlanRow(workers, predicted, recommended, simulated);
    }
}
