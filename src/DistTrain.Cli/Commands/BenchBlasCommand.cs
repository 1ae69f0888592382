using System.CommandLine;
using DistTrain.Runtime;
using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Cli;

/// <summary>The process in which bench kernels times OpenBLAS; not for people.</summary>
internal static class BenchBlasCommand
{
    private const string Name = "time-blas";

    /// <summary>Starts this program so.</summary>
    public static ProcessCommand OfThisProgram => ProcessCommand.OfThisProgram("bench", Name);

    public static Command Create()
    {
        var command = new Command(Name, "Times OpenBLAS for bench kernels.") { Hidden = true };
        command.SetAction(_ =>
        {
            BlasChild.Run(Console.In, Console.Out);
            return ExitCodes.Done;
        });
        return command;
    }
}
