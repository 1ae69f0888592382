using System.CommandLine;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Cli;

/// <summary>disttrain bench kernels.</summary>
internal static class BenchKernelsCommand
{
    private const int RoundsMax = 1000;

    private const int SampleMillisecondsMax = 10_000;

    public static Command Create()
    {
        var only = new Option<string?>("--only")
        {
            Description = "Only kernels whose name or size contains this text.",
            HelpName = "TEXT",
        };
        Option<int> rounds = CommonOptions.Integer(
            "--rounds", "N", 9, 1, RoundsMax, "Samples of each kernel; the median counts.");
        Option<int> sample = CommonOptions.Integer(
            "--sample-ms", "MS", 20, 1, SampleMillisecondsMax, "Length of a sample, in milliseconds.");
        var noBlas = new Option<bool>("--no-blas") { Description = "Do not time OpenBLAS beside the products." };
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "kernels",
            "Times the kernels on one thread: GFLOP/s and share of this core's measured FMA peak, or GB/s. Where OpenBLAS is "
            + "installed, it computes the same products in the same rounds.",
            "disttrain bench kernels",
            "disttrain bench kernels --only 512×512×512",
            "disttrain bench kernels --only product --rounds 21 --json")
        {
            only, rounds, sample, noBlas, json,
        };
        command.SetAction(parsed =>
        {
            string filter = parsed.GetValue(only) ?? "";
            bool isJson = parsed.GetValue(json);
            bool isShown = !isJson && TerminalOutput.IsTerminal;
            KernelReport report = KernelBenchmark.Run(
                filter, parsed.GetValue(rounds), parsed.GetValue(sample) / 1000.0,
                parsed.GetValue(noBlas) ? null : BenchBlasCommand.OfThisProgram,
                result => ShowProgress(isShown, $"{result.Kernel} {result.Size}"));
            ShowProgress(isShown, "");
            if (report.Kernels.IsEmpty)
            {
                throw new UsageException($"--only {filter}: no kernel's name or size contains it; leave it out to see all");
            }

            if (isJson)
            {
                Console.Out.WriteLine(JsonOutput.Write(report));
            }
            else
            {
                KernelTables.Write(TerminalOutput.Open(), report);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>One line that is written over.</summary>
    private static void ShowProgress(bool isShown, string what)
    {
        if (isShown)
        {
            Console.Error.Write($"\r\u001b[K{what}");
        }
    }
}
