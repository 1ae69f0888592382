using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

using static CoordinatorBench;

public sealed class CoordinatorRoundTests
{
    private static readonly TreeNode Root = new(2, 0);
    private static readonly TreeNode LeftHalf = new(1, 0);
    private static readonly TreeNode RightHalf = new(1, 1);

    [Fact]
    public void Coordinator_TheFirstReadyWorker_GetsTheWeightsAndAllShards()
    {
        CoordinatorBench bench = new(settings => settings with { BucketCount = 2 });
        List<CoordinatorEffect> effects = bench.Join(1);
        Assert.Equal(
            [
                new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(0), 0)),
                new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(0), 1)),
            ],
            effects.OfType<CoordinatorEffect.SendWeights>());
        CoordinatorMessage.Assign? assign = Sent<CoordinatorMessage.Assign>(effects, 1);
        Assert.Equal(new Round(new(1), RoundKind.Train, new(0), 0, 0, 32, 4), assign!.Round);
        Assert.Equal(new ShardRange(0, 4), Assert.Single(assign.Ranges));
    }

    [Fact]
    public void Coordinator_UnmeasuredWorkers_ShareByThreads()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersAtStart = 2 });
        bench.Join(1, threads: 1);
        Assert.Equal("1:[shard 0] 2:[shards 1–3]", Assignments(bench.Join(2, threads: 3)));
    }

    [Fact]
    public void Coordinator_MeasuredWorkers_ShareBySpeed()
    {
        CoordinatorBench bench = TwoWorkers();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, microseconds: 2000);
        bench.Sum(2, RightHalf, microseconds: 6000);
        Assert.Equal("1:[shards 0–2] 2:[shard 3]", Assignments(bench.Close(1)));
    }

    [Fact]
    public void Coordinator_SharesEvenly_MeasuredSpeedAndLatenessChangeNothing()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersAtStart = 2, SharesEvenly = true });
        bench.Join(1);
        bench.Join(2);
        bench.Pass(10);
        bench.Sum(1, LeftHalf, microseconds: 2000);
        bench.Sum(2, RightHalf, microseconds: 6000);
        Assert.Equal("1:[shards 0–1] 2:[shards 2–3]", Assignments(bench.Close(1)));
        bench.Sum(1, LeftHalf, round: 2, microseconds: 2000);
        Assert.Equal("", Assignments(bench.After(1000)));
    }

    [Fact]
    public void Coordinator_AllSums_AreAddedInTreeOrderAppliedAndClosed()
    {
        CoordinatorBench bench = TwoWorkers();
        Assert.Empty(bench.Sum(2, RightHalf));
        List<CoordinatorEffect> effects = bench.Sum(1, LeftHalf);
        Round round = new(new(1), RoundKind.Train, new(0), 0, 0, 32, 4);
        Assert.Equal(
            [
                new CoordinatorEffect.Add(0, new SumHandle(101), new SumHandle(100)),
                new CoordinatorEffect.ApplyBucket(round, 0, new SumHandle(101)),
                new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(1), 0)),
                new CoordinatorEffect.SendWeights(new(2), new(Term, new WeightVersion(1), 0)),
                new CoordinatorEffect.CloseRound(round),
            ],
            effects);
    }

    [Fact]
    public void Coordinator_ManyBuckets_CloseTheRoundWhenAllAreIn()
    {
        CoordinatorBench bench = new(settings => settings with { BucketCount = 2 });
        bench.Join(1);
        Round round = new(new(1), RoundKind.Train, new(0), 0, 0, 32, 4);
        Assert.Equal(
            [
                new CoordinatorEffect.ApplyBucket(round, 1, new SumHandle(100)),
                new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(1), 1)),
            ],
            bench.Sum(1, Root, bucket: 1));
        Assert.Equal(
            [
                new CoordinatorEffect.ApplyBucket(round, 0, new SumHandle(101)),
                new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(1), 0)),
                new CoordinatorEffect.CloseRound(round),
            ],
            bench.Sum(1, Root, bucket: 0));
        Assert.Empty(bench.Close(1).OfType<CoordinatorEffect.SendWeights>());
    }

    [Fact]
    public void Coordinator_ASumOfAnAppliedBucket_IsReleased()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 2);
        bench.Sum(1, LeftHalf, bucket: 1);
        bench.Sum(2, RightHalf, bucket: 1);
        bench.Lose(2);
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(102))], bench.Sum(1, RightHalf, bucket: 1));
    }

    [Fact]
    public void Coordinator_NextWeights_AreKeptFromWorkersThatHaveNotSentASum()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 2);
        bench.Sum(1, LeftHalf, bucket: 1);
        bench.Lose(2);
        bench.Join(3);
        List<CoordinatorEffect> effects = bench.Sum(1, RightHalf, bucket: 1);
        Assert.Equal(
            [new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(1), 1))],
            effects.OfType<CoordinatorEffect.SendWeights>());
    }

    [Fact]
    public void Coordinator_StoppedWithABucketApplied_ReleasesOnlyTheOthers()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 2);
        bench.Sum(1, LeftHalf, bucket: 1);
        bench.Sum(2, RightHalf, bucket: 1);
        bench.Sum(1, LeftHalf, bucket: 0);
        bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        List<CoordinatorEffect> effects = bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        Assert.Equal(
            [new CoordinatorEffect.Release(new SumHandle(102))], effects.OfType<CoordinatorEffect.Release>());
    }

    [Fact]
    public void Coordinator_AClosedRound_BeginsTheNextWithNewWeights()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        List<CoordinatorEffect> effects = bench.Sum(1, Root);
        Assert.Equal(new WeightVersion(1), effects.OfType<CoordinatorEffect.SendWeights>().Single().Header.Version);
        effects = bench.Close(1);
        Assert.Equal(
            new Round(new(2), RoundKind.Train, new(1), 0, 32, 32, 4), Sent<CoordinatorMessage.Assign>(effects, 1)!.Round);
        Assert.Empty(bench.Close(1));
    }

    [Fact]
    public void Coordinator_TheLastRound_EndsTheRunAndTellsTheWorkers()
    {
        CoordinatorBench bench = new(settings => settings with { Start = new WeightVersion(3) });
        bench.Join(1);
        bench.Sum(1, Root);
        List<CoordinatorEffect> effects = bench.Close(1);
        Assert.Equal(new CoordinatorMessage.Stop(Term, "all 4 steps are done", false), Sent<CoordinatorMessage.Stop>(effects, 1));
        Assert.Equal(new RunEnd(RunEndKind.Completed, "all 4 steps are done"), End(effects));
        Assert.Null(bench.Machine.NextDeadline);
    }

    [Fact]
    public void Coordinator_ResumedAtTheEnd_FinishesAtOnce()
    {
        CoordinatorBench bench = new(settings => settings with { Start = new WeightVersion(4) });
        Assert.Equal(RunEndKind.Completed, End(bench.Do(new CoordinatorEvent.Started()))!.Kind);
    }

    [Fact]
    public void Coordinator_EvaluationRounds_HaveOneBucketAndKeepTheWeights()
    {
        CoordinatorBench bench = new(settings => settings with
        {
            BucketCount = 3,
            Start = new WeightVersion(2),
            Plan = settings.Plan with { TestRows = 10 },
        });
        List<CoordinatorEffect> effects = bench.Join(1);
        Assert.Equal(
            new Round(new(1), RoundKind.Evaluate, new(2), 0, 0, 10, 1), Sent<CoordinatorMessage.Assign>(effects, 1)!.Round);
        effects = bench.Sum(1, new TreeNode(0, 0));
        Assert.Single(effects.OfType<CoordinatorEffect.ApplyBucket>());
        effects = bench.Close(1);
        Assert.Equal(
            new Round(new(2), RoundKind.Train, new(2), 1, 0, 32, 4), Sent<CoordinatorMessage.Assign>(effects, 1)!.Round);
        Assert.Empty(effects.OfType<CoordinatorEffect.SendWeights>());
    }

    [Fact]
    public void Coordinator_AnEvaluationMadeBefore_IsNotMadeAgain()
    {
        CoordinatorBench bench = new(settings => settings with
        {
            Start = new WeightVersion(2),
            StartEvaluated = true,
            Plan = settings.Plan with { TestRows = 10 },
        });
        Assert.Equal(RoundKind.Train, Sent<CoordinatorMessage.Assign>(bench.Join(1), 1)!.Round.Kind);
    }

    [Fact]
    public void Coordinator_EarlyStopping_CompletesTheRun()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        bench.Sum(1, Root);
        Assert.Equal(
            new RunEnd(RunEndKind.Completed, "no better for 3 epochs"),
            End(bench.Close(1, new RoundOutcome.EndRun("no better for 3 epochs"))));
    }

    [Fact]
    public void Coordinator_AFailedRound_FailsTheRunAndTheWorkersKnowWhy()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        bench.Sum(1, Root);
        List<CoordinatorEffect> effects = bench.Close(1, new RoundOutcome.FailRun("the gradient is not finite"));
        Assert.Equal(
            new CoordinatorMessage.Stop(Term, "the gradient is not finite", Failed: true),
            Sent<CoordinatorMessage.Stop>(effects, 1));
        Assert.Equal(RunEndKind.Failed, End(effects)!.Kind);
    }

    [Fact]
    public void Coordinator_StopRequested_FinishesTheRoundInHandFirst()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        Assert.Null(End(bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"))));
        Assert.Null(End(bench.Sum(1, Root)));
        Assert.Equal(new RunEnd(RunEndKind.Stopped, "Ctrl-C"), End(bench.Close(1)));
    }

    [Fact]
    public void Coordinator_StopRequestedTwice_DropsTheRoundInHand()
    {
        CoordinatorBench bench = TwoWorkers();
        bench.Sum(1, LeftHalf);
        bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        List<CoordinatorEffect> effects = bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        Assert.Equal(RunEndKind.Stopped, End(effects)!.Kind);
        Assert.Contains(new CoordinatorEffect.Release(new SumHandle(100)), effects);
    }

    [Fact]
    public void Coordinator_StopRequestedWhileNobodyIsThere_EndsAtOnce()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Started());
        Assert.Equal(RunEndKind.Stopped, End(bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C")))!.Kind);
    }

    [Fact]
    public void Coordinator_TheLastWorkerLostWhileStopping_EndsAtOnce()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        Assert.Equal(RunEndKind.Stopped, End(bench.Lose(1))!.Kind);
    }

    [Fact]
    public void Coordinator_Status_TellsRoundWorkersAndSpeed()
    {
        CoordinatorBench bench = TwoWorkers();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, microseconds: 2000);
        CoordinatorStatus status = bench.Machine.Status(bench.Now);
        Assert.Equal("computing", status.Phase);
        Assert.Equal(2, status.ShardsDone);
        Assert.Equal(new RoundNumber(1), status.Round!.Number);
        Assert.Equal(
            [
                new WorkerStatus(new(1), "host1", 1, "ready", true, 2, [], 1000, TimeSpan.Zero),
                new WorkerStatus(new(2), "host2", 1, "ready", true, 2, [], null, TimeSpan.FromMilliseconds(10)),
            ],
            status.Workers.Select(worker => worker with { Unfinished = [] }));
        Assert.Empty(status.Workers[0].Unfinished);
        Assert.Equal([new ShardRange(2, 2)], status.Workers[1].Unfinished.AsEnumerable());
        Assert.Equal(TimeSpan.FromMilliseconds(10), status.InRound);
    }

    [Fact]
    public void Coordinator_StatusOfAStuckRun_SaysWhatIsMissing()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        bench.Lose(1);
        Assert.Equal(
            "waiting for workers: 0 of 1 present (worker 1 (host1) is gone: connection reset)",
            bench.Machine.Status(bench.Now).Phase);
    }

    internal static CoordinatorBench TwoWorkers(int buckets = 1)
    {
        CoordinatorBench bench = new(settings => settings with { WorkersAtStart = 2, BucketCount = buckets });
        bench.Join(1);
        bench.Join(2);
        return bench;
    }
}
