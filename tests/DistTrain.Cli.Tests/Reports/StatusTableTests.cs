using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli.Tests.Reports;

public sealed class StatusTableTests
{
    [Fact]
    public void Write_ARunningCluster_ShowsEveryFigureInItsColumn()
    {
        var status = new StatusReport
        {
            State = "training",
            Reason = "computing: 12 of 16 shards done",
            Step = 1206,
            WeightVersion = 1206,
            StepsTotal = 3000,
            Epoch = 2,
            Loss = 0.25,
            SamplesPerSecond = 64_000,
            Recoveries = 3,
            Seconds = 125,
            SecondsSinceUpdate = 0.5,
            Workers =
            [
                new WorkerReport(1, "alpha", "10.0.0.1:5", 4, 9, 0, "", 250, 0.2, "ready"),
                new WorkerReport(12, "[beta]", "10.0.0.2:6", 2, 7, 4, "8–10, 12", 1250, 41.5, "silent"),
            ],
            Events = [new EventReport(30, 7, "worker 12 ([beta]) joined")],
        };

        Assert.Equal(
            [
                "training: step 1,206 of 3,000, epoch 2, loss 0.25, weights version 1206",
                "computing: 12 of 16 shards done",
                "64,000 samples/s, 2:05 so far, 3 recoveries, last update 0.50 s ago",
                "worker name address threads shards left rows/s last word health",
                "1 alpha 10.0.0.1:5 4 9 250 0.20 s ago ready",
                "12 [beta] 10.0.0.2:6 2 7 8–10, 12 1,250 41.5 s ago silent",
                "lately:",
                "30.0 s ago, after step 7: worker 12 ([beta]) joined",
            ],
            Lines(status));
    }

    [Fact]
    public void Write_BeforeTheFirstStepAndWorker_SaysSo()
    {
        var status = new StatusReport
        {
            State = "waiting", Reason = "starting", Step = 0, WeightVersion = 0, StepsTotal = 3, Epoch = 1, Recoveries = 1, Workers = [],
        };

        Assert.Equal(
            [
                "waiting: step 0 of 3, epoch 1, weights version 0",
                "starting",
                "0 samples/s, 0.00 s so far, 1 recovery, last update 0.00 s ago",
                "no workers",
            ],
            Lines(status));
    }

    /// <summary>Without lines and space that only please the eye.</summary>
    private static List<string> Lines(StatusReport status)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 160;
        StatusTable.Write(console, status);
        return
        [
            .. text.ToString().Split('\n').Where(line => line.Any(char.IsLetterOrDigit)).Select(
                line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];
    }
}
