using System.CommandLine;
using DistTrain.Runtime;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Cli;

/// <summary>disttrain bench models.</summary>
internal static class BenchModelsCommand
{
    private const int BatchMax = 1 << 24;

    private const int ShardsMax = 4096;

    private const int StepsMax = 10_000_000;

    public static Command Create()
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "mlp, wide, cnn, or a run file; several are timed one after the other.",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => [.. BenchmarkModels.All.Select(model => model.Name)],
        };
        Option<int> workers = CommonOptions.Workers();
        Option<bool> processes = CommonOptions.Processes();
        Option<LinkKind> link = CommonOptions.Link();
        Option<int> threads = CommonOptions.Threads();
        Option<int?> batch = CommonOptions.OptionalInteger(
            "--batch", "ROWS", 1, BatchMax, "Rows of a batch. Default: 512, or the run file's.");
        Option<int?> shards = CommonOptions.OptionalInteger(
            "--shards", "S", 1, ShardsMax, "Logical shards of a batch. Default: 8, or the run file's.");
        Option<int?> steps = CommonOptions.OptionalInteger(
            "--steps", "N", 1, StepsMax, "Steps that are timed, after a warm-up. Default: a few seconds' worth.");
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "models",
            "Times whole training steps with the engine that trains: samples a second, where a step's time goes, bytes "
            + "allocated per step, peak memory. mlp, wide and cnn train on samples made up, a run file on its own data.",
            "disttrain bench models",
            "disttrain bench models mlp --workers 2 --processes --batch 512 --steps 300",
            "disttrain bench models examples/digits/run.json --json")
        {
            models, workers, processes, link, threads, batch, shards, steps, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            string[] names = parsed.GetRequiredValue(models);
            if (names.FirstOrDefault(static name => name.StartsWith('-')) is { } unknown)
            {
                // An argument that may be anything takes misspelt options as well.
                throw new UsageException(UsageError.DescribeUnknown(unknown, parsed.CommandResult.Command));
            }

            ModelBenchmarkRequest[] requests =
            [
                .. names.Select(model => new ModelBenchmarkRequest
                {
                    Model = model,
                    Workers = parsed.GetValue(workers),
                    Processes = parsed.GetValue(processes),
                    Link = parsed.GetValue(link),
                    ThreadsPerWorker = parsed.GetValue(threads),
                    BatchSize = parsed.GetValue(batch),
                    Shards = parsed.GetValue(shards),
                    Steps = parsed.GetValue(steps),
                }),
            ];
            return await RunAsync(requests, parsed.GetValue(json)).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(ModelBenchmarkRequest[] requests, bool json)
    {
        foreach (ModelBenchmarkRequest request in requests)
        {
            // A misspelt name is told before the first model has taken its seconds.
            ModelBenchmark.RunOf(request);
        }

        using var interrupt = new Interrupt();
        var reports = new List<ModelReport>(requests.Length);
        foreach (ModelBenchmarkRequest request in requests)
        {
            ModelReport report = await ModelBenchmark.RunAsync(request, interrupt.Stop).ConfigureAwait(false);
            reports.Add(report);
            if (json)
            {
                await Console.Out.WriteLineAsync(JsonOutput.Write(report)).ConfigureAwait(false);
            }
        }

        if (!json)
        {
            ModelTables.Write(TerminalOutput.Open(), reports);
        }

        return ExitCodes.Done;
    }
}
