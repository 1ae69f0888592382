using System.CommandLine;
using DistTrain.Data;
using DistTrain.Runtime;
using DistTrain.Simulation;

namespace DistTrain.Cli;

/// <summary>disttrain plan.</summary>
internal static class PlanCommand
{
    private const int WorkersMax = 4096;

    private const int FanInMax = 4096;

    private static readonly int[] WorkersUsual = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    private const double BandwidthUsual = 1.25e9;

    private const double LatencyUsual = 100e-6;

    /// <summary>What the command line asks for.</summary>
    /// <param name="BatchSeconds">Null: measured.</param>
    private sealed record Request(
        string RunFile, string[] Overrides, int[] Workers, int Threads, double? Bandwidth, double? Latency, int? FanIn,
        double? BatchSeconds, bool IsLocal, bool Simulates);

    public static Command Create()
    {
        Argument<string> run = CommonOptions.RunFile();
        Option<int[]> workers = Quantities.Counts(
            "--workers", "1..N", WorkersMax,
            $"Numbers of workers: 8, or 1,2,4, or 1..1024 (ends and powers of two). Default: 1..{WorkersUsual[^1]}.");
        Option<double?> bandwidth = Quantities.Bandwidth(
            "--bandwidth", "Of each host's link, in each direction. Default: 10Gbit.");
        Option<double?> latency = Quantities.Time(
            "--latency", "From one host to another, one way. Default: 100us.", isZeroFine: true);
        var fanIn = new Option<int?>("--fan-in")
        {
            Description = "The most children of a node (cluster.fanIn); 0: no aggregators. Default: the best one is looked for.",
            HelpName = "N",
            CustomParser = result =>
            {
                string text = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
                bool isFine = int.TryParse(text, out int value) && value is 0 or (>= 2 and <= FanInMax);
                if (!isFine)
                {
                    result.AddError($"--fan-in: {text} is not 0, nor a number from 2 to {FanInMax}");
                }

                return isFine ? value : null;
            },
        };
        Option<int> threads = CommonOptions.Threads();
        Option<double?> batchTime = Quantities.Time(
            "--batch-time", "Time of one worker for a whole batch, forward and backward. Default: measured on this machine.",
            isZeroFine: false);
        var local = new Option<bool>("--local")
        {
            Description = "All workers are processes of this machine and share its cores; its own links are measured.",
        };
        var simulate = new Option<bool>("--simulate")
        {
            Description = "Also run each cluster in the simulator, with the real protocol on virtual links.",
        };
        Option<string[]> set = CommonOptions.Set();
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "plan", "Predicts step time, efficiency and bottleneck of clusters, and recommends fan-in and shards.",
            "disttrain plan examples/digits/run.json --workers 1..64 --bandwidth 10Gbit --latency 100us",
            "disttrain plan examples/digits/run.json --workers 256 --fan-in 16 --simulate",
            "disttrain plan examples/digits/run.json --workers 1,2,3,4 --local --json")
        {
            run, workers, bandwidth, latency, fanIn, threads, batchTime, local, simulate, set, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            var request = new Request(
                parsed.GetRequiredValue(run), parsed.GetRequiredValue(set), parsed.GetValue(workers) is { Length: > 0 } given ? given : WorkersUsual,
                parsed.GetValue(threads), parsed.GetValue(bandwidth), parsed.GetValue(latency), parsed.GetValue(fanIn),
                parsed.GetValue(batchTime), parsed.GetValue(local), parsed.GetValue(simulate));
            ClusterPlan plan = await MakeAsync(request).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonOutput.Write(plan));
            }
            else
            {
                PlanTable.Write(TerminalOutput.Open(), plan);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<ClusterPlan> MakeAsync(Request request)
    {
        if (request.IsLocal && (request.Bandwidth is not null || request.Latency is not null))
        {
            throw new UsageException(
                "--local measures this machine's own links; leave out --bandwidth and --latency, or leave out --local");
        }

        if (request.IsLocal && request.Simulates)
        {
            throw new UsageException("--simulate is for clusters of many machines; leave it out, or leave out --local");
        }

        RunFile file = RunFile.Load(request.RunFile, request.Overrides);
        file = request.IsLocal ? file.OnOneMachine() : file;
        using PreparedData data = PreparedData.Prepare(file.Data, file.BaseFolder, file.Training.Seed);
        LoadedRun run = LoadedRun.Build(file, data);
        int cores = Environment.ProcessorCount;
        int most = request.Workers.Max();
        int rowsMin = Math.Max(1, run.Plan.BatchSize / StepPlanner.ShardsMaxFor(run.Plan.Shards, most));
        MachineFigures machine = await MachineCalibration.MeasureAsync(
            run, request.Threads, request.IsLocal ? Math.Clamp(cores / request.Threads, 1, most) : 0, rowsMin,
            run.Plan.BatchSize / Math.Min(run.Plan.Shards, request.Workers.Min()))
            .ConfigureAwait(false);
        StepCosts costs = PlanInputs.CostsOf(run, machine, request.Threads, request.BatchSeconds);
        ClusterNetwork network = request.IsLocal
            ? new ClusterNetwork(double.PositiveInfinity, machine.HopSeconds, cores)
            : new ClusterNetwork(request.Bandwidth ?? BandwidthUsual, request.Latency ?? LatencyUsual);
        int? fanIn = request.FanIn ?? (request.IsLocal ? 0 : null);
        return new ClusterPlan(
            request.RunFile, run.Network.Parameters.Length, run.Plan.BatchSize, costs, network, machine.PassSpread,
            [.. request.Workers.Select(workers => PlanInputs.RowOf(costs, network, workers, fanIn, request.Simulates))]);
    }
}
