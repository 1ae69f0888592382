using System.Text.Json;
using DistTrain.Soak;
using Xunit.Abstractions;
using static DistTrain.Cli.Tests.Faults.ProcessFaults;

namespace DistTrain.Cli.Tests.Faults;

/// <summary>Real workers that die.</summary>
[Collection(ProcessFaults.Name)]
public sealed class WorkerDeathTests(ITestOutputHelper output)
{
    /// <summary>
    /// The soak in small: twenty moments, two at once and all at once among them, and a leave. However fast the machine is,
    /// the run goes on until all of it has happened; then it is stopped and resumed to the end of an epoch.
    /// </summary>
    [SkippableFact]
    public void Workers_KilledAtTwentyRandomMoments_CostNoStepAndNoBit()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        SoakOrder endless = Order with
        {
            Settings = ["training.batchSize=256", "training.schedule=constant", "training.epochs=10000000"],
            Kills = 20, Freezes = 0, Leaves = 1, Workers = 3, Seed = 7,
        };
        using SoakRun run = new(endless, folder.Path, output.WriteLine);
        SoakOrder ended = run.RunUntilTheFaultsAreOver(steps: 3000);
        output.WriteLine(run.Figures.Text(TimeSpan.Zero));

        (string expected, long steps) = SoakEntry.TrainUndisturbed(ended, folder["undisturbed"]);
        Assert.True(run.Figures.Kills >= 20);
        Assert.Null(SoakEntry.FindFault(run.Figures, expected, steps));
    }

    /// <summary>The coordinator stands still meanwhile, so both deaths fall into one step, surely.</summary>
    [SkippableFact]
    public void Workers_TwoDyingInOneStep_LeaveTheirShardsToTheThird()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder, workersMin: 1);
        RealWorker[] workers = [cluster.StartWorker(), cluster.StartWorker(), cluster.StartWorker()];
        foreach (RealWorker worker in workers)
        {
            cluster.WaitUntilJoined(worker);
        }

        Signal.Send(cluster.Coordinator.Process, Signal.Stop);
        cluster.Kill(workers[0], workers[1]);
        Signal.Send(cluster.Coordinator.Process, Signal.Continue);

        JsonElement summary = AssertSameWeights(cluster);
        Assert.Equal(2, summary.GetProperty("recoveries").GetInt32());
    }

    /// <summary>The run waits for a second worker after the death, so the newcomer surely takes part.</summary>
    [SkippableFact]
    public void Worker_DyingOnSharedMemory_LeavesNoneOfItMappedAtTheCoordinator()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder, workersMin: 2, link: "shared");
        RealWorker[] workers = [cluster.StartWorker(), cluster.StartWorker()];
        cluster.Log.WaitForStep(Steps / 10);
        IReadOnlySet<string> memory = SharedMappings.WrittenByBoth(cluster.Coordinator.Process, workers[0].Node.Process);
        Assert.True(memory.Count == 2, $"regions shared: {memory.Count}, expected 2, the pipes' and the sums'");

        cluster.Kill(workers[0]);
        cluster.Log.WaitForWorker("workerLost", workers[0].Name);
        Assert.True(
            SharedMappings.BecomeUnmapped(cluster.Coordinator.Process, memory),
            "the coordinator keeps memory mapped that it shared with a dead worker");
        cluster.WaitUntilJoined(cluster.StartWorker());

        AssertSameWeights(cluster);
    }

    [SkippableFact]
    public void Workers_AllDying_StopTheRunUntilNewOnesCome()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder);
        RealWorker[] workers = [cluster.StartWorker(), cluster.StartWorker()];
        foreach (RealWorker worker in workers)
        {
            cluster.WaitUntilJoined(worker);
        }

        cluster.Log.WaitForStep(Steps / 20);
        cluster.Kill(workers);
        ClusterLog.Notice waiting = cluster.Log.WaitForNotice(
            "the run to wait", notice => notice.Kind == "waitingForWorkers" && notice.Text.Contains("is gone", StringComparison.Ordinal));
        Assert.StartsWith("waiting for workers: 0 of 1 present (worker ", waiting.Text, StringComparison.Ordinal);
        cluster.StartWorker();
        cluster.StartWorker();

        AssertSameWeights(cluster);
    }

    [SkippableFact]
    public void Coordinator_Killed_IsReplacedAndItsWorkersComeBack()
    {
        SkipWhereSignalsAreMissing();
        using var folder = new TemporaryFolder();
        using RealCluster cluster = Start(folder);
        RealWorker worker = cluster.StartWorker();
        cluster.Log.WaitForStep(Steps / 10);

        cluster.ReplaceCoordinator();

        JsonElement summary = cluster.WaitForEnd();
        Assert.Equal(
            SoakEntry.TrainUndisturbed(Order, folder["undisturbed"]).WeightsSha256,
            summary.GetProperty("weightsSha256").GetString());
        Assert.Equal(2, cluster.Log.Notices.Count(notice => notice.Kind == "workerJoined" && notice.Name == worker.Name));
    }
}
