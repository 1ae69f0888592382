using System.Globalization;
using DistTrain.Simulation;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>A plan for people: a line for each number of workers, and what to change.</summary>
internal static class PlanTable
{
    public static void Write(IAnsiConsole console, ClusterPlan plan)
    {
        console.WriteLine(
            $"{plan.RunFile}: {Figures.Count(plan.ParameterCount)} parameters, batches of {Figures.Count(plan.BatchSize)}, "
            + $"{Figures.Plural(plan.Costs.Shards, "shard")}, {Figures.Plural(plan.Costs.Threads, "thread")} a worker; "
            + Describe(plan.Network));
        bool isSimulated = plan.Rows.Any(row => row.SimulatedStepSeconds is not null);
        bool isAdvised = plan.Rows.Any(row => Advice(row).Length > 0);
        var table = new TerminalTable(
            [
                "workers", "fan-in", "aggregators", "step ms", .. isSimulated ? ["simulated ms"] : (string[])[], "samples/s",
                "efficiency", "bottleneck", .. isAdvised ? ["better with"] : (string[])[],
            ]);
        foreach (ClusterPlanRow row in plan.Rows)
        {
            StepPrediction step = row.Predicted;
            string simulated = row.SimulatedStepSeconds is double seconds ? Milliseconds(seconds) : "";
            table.AddRow(
                [
                    $"{row.Workers}", step.FanIn == 0 ? "none" : $"{step.FanIn}", $"{step.Aggregators}",
                    Milliseconds(step.StepSeconds), .. isSimulated ? [simulated] : (string[])[],
                    Figures.Count(step.SamplesPerSecond), $"{step.Efficiency * 100:0} %", Describe(step.Limit),
                    .. isAdvised ? [Advice(row)] : (string[])[],
                ]);
        }

        table.WriteTo(console);
        if (plan.IsDisturbed)
        {
            console.WriteLine(
                "The machine was disturbed while it was measured: a quarter of the passes took "
                + $"{plan.PassSpread.ToString(plan.PassSpread < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} times as long as another quarter; "
                + "plan again when nothing else runs.");
        }
    }

    private static string Describe(ClusterNetwork network) => network.SharedCores is int cores
        ? $"processes of this machine, {Figures.Plural(cores, "core")}"
        : $"{Figures.Short(network.BytesPerSecond * 8 / 1e9)} Gbit/s, {Figures.Short(network.LatencySeconds * 1e6)} µs";

    private static string Advice(ClusterPlanRow row)
    {
        StepPrediction better = row.Recommended;
        if (better.Shards == row.Predicted.Shards)
        {
            return "";
        }

        string fanIn = better.FanIn == row.Predicted.FanIn ? "" : $", fan-in {(better.FanIn == 0 ? "none" : $"{better.FanIn}")}";
        return $"{better.Shards} shards{fanIn}: {Milliseconds(better.StepSeconds)} ms, {better.Efficiency * 100:0} %";
    }

    private static string Describe(StepLimit limit) => limit switch
    {
        StepLimit.Compute => "compute",
        StepLimit.Shards => "shards (uneven, or fewer than workers)",
        StepLimit.CoordinatorLink => "coordinator's link",
        StepLimit.AggregatorLink => "aggregators' links",
        StepLimit.WorkerLink => "workers' links",
        StepLimit.Latency => "latency",
        StepLimit.CoordinatorWork => "coordinator's additions and update",
        StepLimit.AggregatorWork => "aggregators' additions",
        _ => "cores of this machine",
    };

    /// <summary>With so many places that a column's figures stand below each other.</summary>
    private static string Milliseconds(double seconds) =>
        (seconds * 1e3).ToString(seconds < 0.01 ? "0.000" : "#,0.00", CultureInfo.InvariantCulture);
}
