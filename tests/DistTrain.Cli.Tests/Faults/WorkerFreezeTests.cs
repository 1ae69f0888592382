using System.Diagnostics;
using DistTrain.Soak;
using Xunit.Abstractions;
using static DistTrain.Cli.Tests.Faults.ProcessFaults;

namespace DistTrain.Cli.Tests.Faults;

/// <summary>Real workers that freeze, run on, leave and join.</summary>
[Collection(ProcessFaults.Name)]
public sealed class WorkerFreezeTests(ITestOutputHelper output)
{
    /// <summary>2.5 s of silence; and what a loaded machine may add to it.</summary>
    private static readonly TimeSpan FrozenNoticeMax = TimeSpan.FromSeconds(4);

    /// <summary>
    /// All workers are frozen at each tenth of the run, so a newcomer surely takes part; the last ones run on and are
    /// welcome again.
    /// </summary>
    [SkippableFact]
    public void Workers_JoiningAtEachTenthWhileTheOthersAreFrozen_GiveTheSameWeights()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder);
        List<RealWorker> awake = [cluster.StartWorker()];
        for (int tenth = 1; tenth <= 9; tenth++)
        {
            cluster.Log.WaitForStep(Steps * tenth / 10);
            awake.ForEach(worker => Signal.Send(worker.Node.Process, Signal.Stop));
            RealWorker newcomer = cluster.StartWorker();
            cluster.WaitUntilJoined(newcomer);
            awake.ForEach(worker => Signal.Send(worker.Node.Process, Signal.Continue));
            awake.Add(newcomer);
        }

        AssertSameWeights(cluster);
        Assert.Equal(10, cluster.Log.Notices.Where(notice => notice.Kind == "workerJoined").DistinctBy(n => n.Name).Count());
    }

    [SkippableFact]
    public void Worker_Frozen_IsNoticedAndIsWelcomeWhenItRunsOn()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder);
        RealWorker frozen = cluster.StartWorker();
        cluster.Log.WaitForStep(Steps / 10);
        long stamp = Stopwatch.GetTimestamp();
        Signal.Send(frozen.Node.Process, Signal.Stop);
        ClusterLog.Notice lost = cluster.Log.WaitForWorker("workerLost", frozen.Name);
        TimeSpan noticed = Stopwatch.GetElapsedTime(stamp, lost.Stamp);
        output.WriteLine($"noticed after {noticed.TotalSeconds:0.00} s");
        Assert.InRange(noticed, TimeSpan.FromSeconds(1.9), FrozenNoticeMax);
        Assert.Contains("no sign of life for 2.5 s", lost.Text, StringComparison.Ordinal);
        AssertStatusTellsWhyItStands(cluster, frozen);

        Signal.Send(frozen.Node.Process, Signal.Continue);
        cluster.Log.WaitForNotice(
            "its return", notice => notice.Kind == "workerJoined" && notice.Name == frozen.Name && notice.Stamp > lost.Stamp);
        AssertSameWeights(cluster);
    }

    [SkippableFact]
    public void Worker_OnSigterm_HandsBackItsShardsAndEndsInGoodOrder()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder);
        RealWorker leaver = cluster.StartWorker();
        cluster.Log.WaitForStep(Steps / 20);
        RealWorker stayer = cluster.StartWorker();

        Assert.Equal(0, cluster.Terminate(leaver));

        cluster.Log.WaitForWorker("workerLeft", leaver.Name);
        AssertSameWeights(cluster);
        Assert.False(cluster.Log.Has("workerLost", leaver.Name), "a worker that leaves counts as lost");
        Assert.True(cluster.Log.Has("workerJoined", stayer.Name));
    }

    private static void AssertStatusTellsWhyItStands(RealCluster cluster, RealWorker frozen)
    {
        using NodeProcess status = new(["status", cluster.Address], "");
        Assert.Equal(0, status.WaitForEnd());
        Assert.StartsWith("waiting: step ", status.Said, StringComparison.Ordinal);
        Assert.Contains(
            $"waiting for workers: 0 of 1 present (worker 1 ({frozen.Name}) is gone: no sign of life for 2.5 s)",
            status.Said, StringComparison.Ordinal);
        Assert.Contains("1 recovery", status.Said, StringComparison.Ordinal);
        Assert.Contains("no workers", status.Said, StringComparison.Ordinal);
    }
}
