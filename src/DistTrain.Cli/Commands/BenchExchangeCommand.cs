using System.CommandLine;
using DistTrain.Runtime;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Cli;

/// <summary>disttrain bench exchange.</summary>
internal static class BenchExchangeCommand
{
    private const int WorkersMax = 64;

    private const int StepsMax = 1_000_000;

    public static Command Create()
    {
        Option<int[]> floats = Quantities.Sizes(
            "--floats", "N,...", [5_000_000], ExchangeModel.FloatsMin, ExchangeModel.FloatsMax,
            "Parameters, as in 500K, 5M or 25000000; several are timed one after the other.");
        Option<int> workers = CommonOptions.Integer("--workers", "N", 2, 1, WorkersMax, "Worker processes.");
        Option<LinkKind> link = CommonOptions.Link();
        link.Description = "Only this kind of link: tcp, or shared (memory). Default: both, one after the other.";
        Option<int> steps = CommonOptions.Integer(
            "--steps", "N", 60, 1, StepsMax, "Steps that are timed, after a warm-up of two seconds.");
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "exchange",
            "Times the exchange of a step alone: sums up, reduction, update, weights down, between a coordinator and worker "
            + "processes of this machine. The model computes next to nothing, and what it does compute is not counted. The "
            + "weights are compared with those of one process.",
            "disttrain bench exchange",
            "disttrain bench exchange --floats 500K,5M,25M --workers 2",
            "disttrain bench exchange --floats 5M --link tcp --steps 200 --json")
        {
            floats, workers, link, steps, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            LinkKind[] links = parsed.GetValue(link) switch
            {
                LinkKind.Auto => ExchangeBenchmark.CanShare ? [LinkKind.Shared, LinkKind.Tcp] : [LinkKind.Tcp],
                LinkKind.Shared when !ExchangeBenchmark.CanShare => throw new UsageException(
                    "--link shared: this system lets processes share no memory; use --link tcp"),
                LinkKind chosen => [chosen],
            };
            ExchangeBenchmarkRequest[] requests =
            [
                .. parsed.GetRequiredValue(floats).SelectMany(count => links.Select(kind => new ExchangeBenchmarkRequest
                {
                    Floats = count,
                    Workers = parsed.GetValue(workers),
                    Link = kind,
                    Steps = parsed.GetValue(steps),
                })),
            ];
            return await RunAsync(requests, parsed.GetValue(json)).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(ExchangeBenchmarkRequest[] requests, bool json)
    {
        using var interrupt = new Interrupt();
        var reports = new List<ExchangeReport>(requests.Length);
        foreach (ExchangeBenchmarkRequest request in requests)
        {
            ExchangeReport report = await ExchangeBenchmark.RunAsync(request, interrupt.Stop).ConfigureAwait(false);
            reports.Add(report);
            if (json)
            {
                await Console.Out.WriteLineAsync(JsonOutput.Write(report)).ConfigureAwait(false);
            }
        }

        if (!json)
        {
            ExchangeTable.Write(TerminalOutput.Open(), reports);
        }

        return ExitCodes.Done;
    }
}
