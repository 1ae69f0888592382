using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Output;

public sealed class StatusReporterTests
{
    private static readonly Round Seventh = new(new(9), RoundKind.Train, new(6), 1, 32, 32, 16);

    [Fact]
    public void Report_OfAStuckRound_SaysWhomItWaitsForAndWithWhich()
    {
        using var tiny = new TinyRun();
        StatusReport report = StatusReporter.Make(
            Status("computing", TimeSpan.FromSeconds(42)), tiny.Loaded.Plan, new RoundLedger(tiny.Loaded, new RunProgress()), _ => "here:1");

        Assert.Equal("training", report.State);
        Assert.Equal(
            "computing: 12 of 16 shards done after 42.0 s; worker 2 (beta) has shards 8–10, 12 left and said its last word 41.5 s ago",
            report.Reason);
        Assert.Equal(6, report.WeightVersion);
        Assert.Equal(("8–10, 12", 4, "here:1"), (report.Workers[1].Left, report.Workers[1].ShardsLeft, report.Workers[1].Address));
    }

    [Fact]
    public void Report_OfAQuickRound_IsShort()
    {
        using var tiny = new TinyRun();
        StatusReport report = StatusReporter.Make(
            Status("computing", TimeSpan.FromSeconds(0.1)), tiny.Loaded.Plan, new RoundLedger(tiny.Loaded, new RunProgress()), _ => "");
        Assert.Equal("computing: 12 of 16 shards done", report.Reason);
    }

    [Fact]
    public void Report_WithoutWorkersInMidRound_IsWaitingAndSaysWhy()
    {
        using var tiny = new TinyRun();
        const string Why = "waiting for workers: 0 of 1 present (worker 2 (beta) is gone: the connection was reset)";
        StatusReport report = StatusReporter.Make(
            Status(Why, TimeSpan.FromSeconds(42)), tiny.Loaded.Plan, new RoundLedger(tiny.Loaded, new RunProgress()), _ => "");
        Assert.Equal(("waiting", Why), (report.State, report.Reason));
    }

    /// <summary>Five steps an epoch, 20 rows and 8 shards a step.</summary>
    [Fact]
    public void Report_OfARunInItsSecondEpoch_TellsItsFigures()
    {
        using var tiny = new TinyRun();
        var ledger = new RoundLedger(tiny.Loaded, new RunProgress { Recoveries = 3 });
        ledger.AddStep(Seventh, [8f, 0, 0, 0], seconds: 0.5, learningRate: 0.01, workers: 2);

        StatusReport report = StatusReporter.Make(
            Status("computing", TimeSpan.FromSeconds(0.1)), tiny.Loaded.Plan, ledger, worker => $"here:{worker.Value}");

        Assert.Equal((6, 30, 2), (report.Step, report.StepsTotal, report.Epoch));
        Assert.Equal((0.25, 64, 3), (report.Loss, report.SamplesPerSecond, report.Recoveries));
        Assert.Equal((16, 12), (report.Shards, report.ShardsDone));
        Assert.Equal(
            [
                new WorkerReport(1, "alpha", "here:1", 1, 8, 0, "", 250, 0.2, "ready"),
                new WorkerReport(2, "beta", "here:2", 1, 8, 4, "8–10, 12", 0, 41.5, "silent"),
            ],
            report.Workers.AsEnumerable());
    }

    private static CoordinatorStatus Status(string phase, TimeSpan inRound) => new(
        new(1), phase, new(6), Seventh, 12, 1, 0, inRound,
        [
            new WorkerStatus(new(1), "alpha", 1, "ready", true, 8, [], 100, TimeSpan.FromSeconds(0.2)),
            new WorkerStatus(new(2), "beta", 1, "silent", true, 8, [new(8, 3), new(12, 1)], null, TimeSpan.FromSeconds(41.5)),
        ]);
}
