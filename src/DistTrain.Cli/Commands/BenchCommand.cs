using System.CommandLine;

namespace DistTrain.Cli;

/// <summary>disttrain bench: how fast this machine trains.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand(
            "bench", "Measures this machine: kernels against the processor's ceiling, and whole training steps.",
            "disttrain bench kernels",
            "disttrain bench models mlp cnn --workers 2")
        {
            BenchKernelsCommand.Create(),
            BenchModelsCommand.Create(),
            BenchBlasCommand.Create(),
        };
        return command;
    }
}
