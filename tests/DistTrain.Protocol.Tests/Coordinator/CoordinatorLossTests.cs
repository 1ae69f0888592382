using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

using static CoordinatorBench;

/// <summary>Workers that die, fall silent, leave, lag or join in the middle.</summary>
public sealed class CoordinatorLossTests
{
    private static readonly TreeNode LeftHalf = new(1, 0);
    private static readonly TreeNode RightHalf = new(1, 1);

    [Fact]
    public void Coordinator_ADeadWorker_GivesOnlyItsUnfinishedShardsToTheOthersAtOnce()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(1, TreeNode.Leaf(0));
        List<CoordinatorEffect> effects = bench.Lose(1);
        Assert.Equal("2:[shard 1]", Assignments(effects));
        Assert.Equal(
            new Notice.WorkerLost(new(1), "host1", "connection reset", 1), Told<Notice.WorkerLost>(effects));
        Assert.Empty(effects.OfType<CoordinatorEffect.SendWeights>());
    }

    [Fact]
    public void Coordinator_TheDeadWorkersShards_AreSplitAmongTheOthers()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersAtStart = 3, Plan = settings.Plan with { Shards = 12 } });
        bench.Join(1);
        bench.Join(2);
        Assert.Equal("1:[shards 0–3] 2:[shards 4–7] 3:[shards 8–11]", Assignments(bench.Join(3)));
        Assert.Equal("1:[shards 4–5] 3:[shards 6–7]", Assignments(bench.Lose(2)));
    }

    [Fact]
    public void Coordinator_ABucketThatIsMissing_MakesTheShardUnfinished()
    {
        CoordinatorBench bench = new(settings => settings with { BucketCount = 2, WorkersAtStart = 2 });
        bench.Join(1);
        bench.Join(2);
        bench.Sum(1, LeftHalf, bucket: 0);
        Assert.Equal("2:[shards 0–1]", Assignments(bench.Lose(1)));
    }

    [Fact]
    public void Coordinator_ASilentWorker_IsLostAndItsLaterWordsChangeNothing()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.After(2000);
        bench.Say(2, new WorkerMessage.Heartbeat(Term, new(1), 2));
        List<CoordinatorEffect> effects = bench.After(500);
        Assert.Equal("2:[shards 0–1]", Assignments(effects));
        Assert.Contains(new CoordinatorEffect.Disconnect(new(1), "no sign of life for 2.5 s"), effects);
        Assert.Single(bench.Sum(1, LeftHalf));
        Assert.Empty(bench.Say(1, new WorkerMessage.Heartbeat(Term, new(1), 2)));
    }

    [Fact]
    public void Coordinator_AHeartbeat_IsAnswered() =>
        Assert.Equal(
            [new CoordinatorEffect.Send(new(1), new CoordinatorMessage.Heartbeat(Term, new RoundNumber(1)))],
            CoordinatorRoundTests.TwoWorkers().Say(1, new WorkerMessage.Heartbeat(Term, new(1), 2)));

    [Fact]
    public void Coordinator_ASum_IsASignOfLifeToo()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Pass(2000);
        bench.Sum(1, TreeNode.Leaf(0));
        bench.Sum(2, TreeNode.Leaf(2));
        Assert.Empty(bench.After(1000));
    }

    [Fact]
    public void Coordinator_ThatStoodStillItself_BlamesNobody()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        Assert.Empty(bench.After(60_000));
        Assert.NotEmpty(bench.After(2500));
    }

    [Fact]
    public void Coordinator_ALeavingWorker_HandsBackTheRestAndItsLastSumStillCounts()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        List<CoordinatorEffect> effects = bench.Say(1, new WorkerMessage.Leaving(Term, "SIGTERM"));
        Assert.Equal("2:[shards 0–1]", Assignments(effects));
        Assert.Equal(new Notice.WorkerLeft(new(1), "host1", "SIGTERM", 2), Told<Notice.WorkerLeft>(effects));
        Assert.Empty(bench.Say(1, new WorkerMessage.Leaving(Term, "SIGTERM")));
        bench.Sum(1, LeftHalf);
        Assert.Empty(bench.Lose(1));
        Assert.NotEmpty(bench.Sum(2, RightHalf).OfType<CoordinatorEffect.CloseRound>());
    }

    [Fact]
    public void Coordinator_ALeavingWorker_GetsNothingMore()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Say(1, new WorkerMessage.Leaving(Term, "SIGTERM"));
        bench.Sum(2, LeftHalf);
        bench.Sum(2, RightHalf);
        Assert.Equal("2:[shards 0–3]", Assignments(bench.Close(1)));
    }

    [Fact]
    public void Coordinator_AllWorkersLost_WaitsAndTheNextOneGetsTheRest()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(2, RightHalf);
        bench.Lose(1);
        List<CoordinatorEffect> effects = bench.Lose(2);
        Assert.Equal(
            new Notice.WaitingForWorkers(0, 1, "worker 2 (host2) is gone: connection reset"),
            Told<Notice.WaitingForWorkers>(effects));
        effects = bench.Join(3);
        Assert.Equal("3:[shards 0–1]", Assignments(effects));
        Assert.Single(effects.OfType<CoordinatorEffect.SendWeights>());
    }

    [Fact]
    public void Coordinator_AWorkerThatJoinsInMidRound_TakesPartFromTheNext()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        Assert.Equal("", Assignments(bench.Join(2)));
        bench.Pass(10);
        bench.Sum(1, new TreeNode(2, 0), microseconds: 4000);
        List<CoordinatorEffect> effects = bench.Close(1);
        Assert.Equal("1:[shards 0–1] 2:[shards 2–3]", Assignments(effects));
        Assert.Equal(new WorkerId(2), effects.OfType<CoordinatorEffect.SendWeights>().Single().Worker);
    }

    [Fact]
    public void Coordinator_AWorkerThatComesBack_IsWelcome()
    {
        CoordinatorBench bench = new();
        bench.Join(1, name: "same");
        bench.Lose(1);
        Assert.Equal("2:[shards 0–3]", Assignments(bench.Join(2, name: "same")));
    }

    [Fact]
    public void Coordinator_ALateWorkersShards_AreRepeatedByAnIdleOne()
    {
        CoordinatorBench bench = MeasuredPair();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, round: 2, microseconds: 10_000);
        // Expected 10 ms for both; late from 10 · 1.75 + 10 ms after the assignment.
        Assert.Equal(bench.Now + TimeSpan.FromMilliseconds(17.5), bench.Machine.NextDeadline);
        Assert.Equal("", Assignments(bench.After(17.4)));
        List<CoordinatorEffect> effects = bench.After(0.1);
        Assert.Equal("1:[shards 2–3]", Assignments(effects));
        Assert.Equal(new Notice.ShardsRepeated(new(2), new(1), 2), Told<Notice.ShardsRepeated>(effects));
    }

    [Fact]
    public void Coordinator_TheFirstResultOfARepeatedShard_CountsAndTheOtherIsCancelled()
    {
        CoordinatorBench bench = MeasuredPair();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, round: 2, microseconds: 10_000);
        bench.After(17.5);
        List<CoordinatorEffect> effects = bench.Sum(1, RightHalf, round: 2, microseconds: 10_000);
        Assert.Equal(new CoordinatorMessage.Cancel(Term, new(2)), Sent<CoordinatorMessage.Cancel>(effects, 2));
        Assert.Null(Sent<CoordinatorMessage.Cancel>(effects, 1));
        Assert.NotEmpty(effects.OfType<CoordinatorEffect.CloseRound>());
        Assert.Single(bench.Sum(2, RightHalf, round: 2));
    }

    [Fact]
    public void Coordinator_ALateWorkerThatDies_LeavesItsShardsToTheHelper()
    {
        CoordinatorBench bench = MeasuredPair();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, round: 2, microseconds: 10_000);
        bench.After(17.5);
        List<CoordinatorEffect> effects = bench.Lose(2);
        Assert.Equal("", Assignments(effects));
        Assert.Equal(0, Told<Notice.WorkerLost>(effects)!.ShardsReassigned);
    }

    [Fact]
    public void Coordinator_AHelperThatDies_LeavesTheShardsToTheirLateOwner()
    {
        CoordinatorBench bench = MeasuredPair();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, round: 2, microseconds: 10_000);
        bench.After(17.5);
        Assert.Equal("", Assignments(bench.Lose(1)));
        Assert.NotEmpty(bench.Sum(2, RightHalf, round: 2).OfType<CoordinatorEffect.CloseRound>());
    }

    [Fact]
    public void Coordinator_AnUnmeasuredWorker_IsLateByTheOthersMeasure()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Pass(10);
        Assert.Equal("", Assignments(bench.Sum(1, LeftHalf, microseconds: 10_000)));
        Assert.Equal("1:[shards 2–3]", Assignments(bench.After(17.5)));
    }

    [Fact]
    public void Coordinator_WithoutAnyMeasure_CallsNobodyLate()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        bench.Join(2);
        Assert.Empty(bench.After(1000));
    }

    [Fact]
    public void Coordinator_WithoutAnyMeasure_HasAnIdleWorkerRepeatWhatTheFirstNeverAnswers()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        bench.Join(2);
        bench.After(2400);
        bench.Say(1, new WorkerMessage.Heartbeat(Term, new(1), 4));
        bench.Say(2, new WorkerMessage.Heartbeat(Term, new(1), 0));
        Assert.Equal(bench.Now + TimeSpan.FromMilliseconds(100), bench.Machine.NextDeadline);
        Assert.Equal("2:[shards 0–3]", Assignments(bench.After(100)));
    }

    [Fact]
    public void Coordinator_AWorkerThatDidNotFinish_GetsLessInTheNextRound()
    {
        CoordinatorBench bench = MeasuredPair();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, round: 2, microseconds: 10_000);
        bench.After(17.5);
        bench.Pass(10);
        bench.Sum(1, RightHalf, round: 2, microseconds: 10_000);
        Assert.Equal("1:[shards 0–2] 2:[shard 3]", Assignments(bench.Close(2)));
    }

    [Fact]
    public void Coordinator_AWorkerThatSaysNothingAnyMore_GetsNothingUntilItIsHeardOf()
    {
        CoordinatorBench bench = new(
            settings => settings with { WorkersAtStart = 2, Plan = settings.Plan with { StepsTotal = 1000 } });
        bench.Join(1);
        bench.Join(2);
        bench.Pass(0.5);
        bench.Sum(1, LeftHalf, microseconds: 500);
        bench.Sum(2, RightHalf, microseconds: 500);
        bench.Close(1);
        int given = 0;
        long round = 2;
        for (; round < 60; round++)
        {
            given = PlayWithout2(bench, round) ? (int)round : given;
        }

        Assert.InRange(given, 2, 10);
        bench.Say(2, new WorkerMessage.Heartbeat(Term, new(1), 0));
        for (given = 0; given == 0 && round < 120; round++)
        {
            given = PlayWithout2(bench, round) ? (int)round : given;
        }

        Assert.NotEqual(0, given);
    }

    /// <summary>A round that worker 1 does alone, the shards of a silent worker 2 included.</summary>
    /// <returns>Whether worker 2 was given something.</returns>
    private static bool PlayWithout2(CoordinatorBench bench, long round)
    {
        bool wasGiven = bench.Machine.Status(bench.Now).Workers[1].ShardsAssigned > 0;
        bench.Pass(1);
        for (int shard = 0; shard < 4; shard++)
        {
            if (bench.Machine.Status(bench.Now).Workers[0].ShardsUnfinished == 0)
            {
                bench.After((bench.Machine.NextDeadline!.Value - bench.Now).TotalMilliseconds);
            }

            bench.Sum(1, new TreeNode(0, shard), round, microseconds: 250);
        }

        bench.Close(round);
        return wasGiven;
    }

    /// <summary>Two workers that took 10 ms for two shards each in round 1; round 2 has just begun.</summary>
    private static CoordinatorBench MeasuredPair()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Pass(10);
        bench.Sum(1, LeftHalf, microseconds: 10_000);
        bench.Sum(2, RightHalf, microseconds: 10_000);
        Assert.Equal("1:[shards 0–1] 2:[shards 2–3]", Assignments(bench.Close(1)));
        return bench;
    }
}
