using System.CommandLine;

namespace DistTrain.Cli;

/// <summary>disttrain bench: how fast this machine trains.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand(
            "bench", "Measures this machine: kernels against the processor's ceiling, whole training steps, and the exchange alone.",
            "disttrain bench kernels",
            "disttrain bench models mlp cnn --workers 2",
            "disttrain bench exchange --floats 5M")
        {
            BenchKernelsCommand.Create(),
            BenchModelsCommand.Create(),
            BenchExchangeCommand.Create(),
            BenchBlasCommand.Create(),
        };
        return command;
    }
}
