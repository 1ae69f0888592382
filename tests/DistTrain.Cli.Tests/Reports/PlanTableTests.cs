using DistTrain.Simulation;
using Spectre.Console;

namespace DistTrain.Cli.Tests.Reports;

public sealed class PlanTableTests
{
    [Theory]
    [InlineData(1.2, "")]
    [InlineData(1.83, "The machine was disturbed while it was measured: a quarter of the passes took 1.8 times as long as another "
        + "quarter; plan again when nothing else runs.")]
    [InlineData(76.01, "The machine was disturbed while it was measured: a quarter of the passes took 76 times as long as another "
        + "quarter; plan again when nothing else runs.")]
    public void Write_OfAMachineThatWasDisturbed_SaysSo(double passSpread, string expected)
    {
        var costs = new StepCosts
        {
            BucketFloats = [1000],
            BatchRows = 64,
            Shards = 8,
            Compute = new ComputeCurve([(8, 0.001), (64, 0.008)]),
            SumsReadyShare = [1],
            AddFloatsPerSecond = 1e9,
            UpdateFloatsPerSecond = 1e9,
            MessageSeconds = 1e-6,
            ByteSeconds = 1e-9,
            Threads = 1,
        };
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 200;

        PlanTable.Write(console, new ClusterPlan("run.json", 1000, 64, costs, new ClusterNetwork(1e9, 1e-4), passSpread, []));

        Assert.Equal(
            expected,
            string.Concat(text.ToString().Split('\n').Where(line => line.StartsWith("The machine", StringComparison.Ordinal))));
    }
}
