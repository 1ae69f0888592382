using System.CommandLine;
using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>disttrain compare.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var first = new Argument<string>("OUT_DIR") { Description = "The output folder of a run." };
        var second = new Argument<string>("OTHER_DIR") { Description = "The output folder of another run." };
        Option<bool> json = CommonOptions.Json();
        var command = new ExampleCommand(
            "compare", "Tells whether two runs came to the same weights, bit for bit, and in what they differ. Exit code 1: they did not.",
            "disttrain compare runs/digits runs/again")
        {
            first, second, json,
        };
        command.SetAction(parsed =>
        {
            RunComparison comparison = RunComparison.Of(parsed.GetRequiredValue(first), parsed.GetRequiredValue(second));
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonOutput.Write(comparison));
            }
            else
            {
                ComparisonTable.Write(TerminalOutput.Open(), comparison);
            }

            return comparison.WeightsAreEqual ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }
}
