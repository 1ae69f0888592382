using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests.Aggregator;

public sealed class AggregatorProtocolTests
{
    [Fact]
    public void Welcome_BeforeWorkersAreReady_IsNotAnsweredWithReady()
    {
        AggregatorBench bench = new(workersAtStart: 2);

        List<AggregatorEffect> early = bench.Below(new CoordinatorEvent.Connected(new WorkerId(7)));
        List<AggregatorEffect> welcomed = bench.Welcome();
        List<AggregatorEffect> one = bench.Join(1);
        List<AggregatorEffect> two = bench.Join(2);

        Assert.Contains(early, effect => effect is AggregatorEffect.Below { Effect: CoordinatorEffect.Disconnect });
        Assert.Null(AggregatorBench.Said<WorkerMessage.Ready>([.. welcomed, .. one]));
        Assert.Equal("run", AggregatorBench.Said<WorkerMessage.Ready>(two)!.RunHash);
        Assert.Equal(AggregatorBench.Term, AggregatorBench.Told<CoordinatorMessage.Welcome>(one, 1)!.Term);
    }

    [Fact]
    public void Assignment_OfARange_IsSharedByThreadsAndItsSumLeavesOnce()
    {
        AggregatorBench bench = new(workersAtStart: 2);
        bench.Welcome();
        bench.Join(1);
        bench.Join(2);

        List<AggregatorEffect> given = bench.Assign(1, 8, new ShardRange(4, 4));
        List<AggregatorEffect> first = bench.Sum(1, new TreeNode(1, 2));
        List<AggregatorEffect> second = bench.Sum(2, new TreeNode(1, 3));

        Assert.Equal("1:[shards 4–5] 2:[shards 6–7]", AggregatorBench.Assignments(given));
        Assert.Equal(["1:0/0", "2:0/0"], AggregatorBench.WeightsBelow(given));
        Assert.Equal("", AggregatorBench.SentUp(first));
        Assert.Equal("(2, 1)/0", AggregatorBench.SentUp(second));
        Assert.Contains(second, effect => effect is AggregatorEffect.Below { Effect: CoordinatorEffect.Add });
        Assert.Contains(second, effect => effect is AggregatorEffect.Below { Effect: CoordinatorEffect.Release });
    }

    [Fact]
    public void NextWeights_ForAWorkerThatHasSentASum_PassThroughAtOnce()
    {
        AggregatorBench bench = new(workersAtStart: 2, buckets: 2);
        bench.Welcome();
        bench.Join(1);
        bench.Join(2);
        bench.Assign(1, 4, new ShardRange(0, 4));
        bench.Sum(1, new TreeNode(1, 0), bucket: 1);

        Assert.Equal(["1:1/1"], AggregatorBench.WeightsBelow(bench.Weights(1, 1)));
        bench.Sum(1, new TreeNode(1, 0));
        bench.Sum(2, new TreeNode(1, 1), bucket: 1);
        bench.Sum(2, new TreeNode(1, 1));
        Assert.Equal(["1:1/0", "2:1/0"], AggregatorBench.WeightsBelow(bench.Weights(1, 0)));
        Assert.Equal(["2:1/1"], AggregatorBench.WeightsBelow(bench.Assign(2, 4, new ShardRange(0, 4))));
    }

    [Fact]
    public void SumsOfManyBuckets_ThatLieReady_AreAddedAndSentUpFrontFirst()
    {
        AggregatorBench bench = new(workersAtStart: 2, buckets: 3);
        bench.Welcome();
        bench.Join(1);
        bench.Join(2);
        bench.Assign(1, 4, new ShardRange(0, 4));
        List<AggregatorEffect> ready = [];
        foreach (int bucket in new[] { 2, 1, 0 })
        {
            ready.AddRange(bench.SumAmongOthers(1, new TreeNode(1, 0), bucket: bucket));
            ready.AddRange(bench.SumAmongOthers(2, new TreeNode(1, 1), bucket: bucket));
        }

        Assert.Empty(ready);
        Assert.Equal("(2, 0)/0", AggregatorBench.SentUp(bench.CatchUp()));
        Assert.Equal("(2, 0)/1", AggregatorBench.SentUp(bench.CatchUp()));
        Assert.Equal("(2, 0)/2", AggregatorBench.SentUp(bench.CatchUp()));
        Assert.False(bench.Machine.HasWork);
    }

    [Fact]
    public void Cancel_WhileSumsWaitToBeAdded_ReleasesEachOnce()
    {
        AggregatorBench bench = new(workersAtStart: 2);
        bench.Welcome();
        bench.Join(1);
        bench.Join(2);
        bench.Assign(1, 4, new ShardRange(0, 4));
        bench.SumAmongOthers(1, new TreeNode(1, 0));
        bench.SumAmongOthers(2, new TreeNode(1, 1));

        List<AggregatorEffect> effects = bench.Hear(new CoordinatorMessage.Cancel(AggregatorBench.Term, new RoundNumber(1)));

        Assert.Equal(
            [100, 101],
            effects.OfType<AggregatorEffect.Below>().Select(below => below.Effect).OfType<CoordinatorEffect.Release>()
                .Select(release => release.Sum.Value).Order());
        Assert.False(bench.Machine.HasWork);
        Assert.Empty(bench.CatchUp());
    }

    [Fact]
    public void WorkerLost_InARound_ItsShardsGoToTheOthersBelow()
    {
        AggregatorBench bench = new(workersAtStart: 2);
        bench.Welcome();
        bench.Join(1);
        bench.Join(2);
        bench.Assign(1, 4, new ShardRange(0, 4));

        List<AggregatorEffect> effects = bench.Below(new CoordinatorEvent.Disconnected(new WorkerId(1), "reset"));

        Assert.Equal("2:[shards 0–1]", AggregatorBench.Assignments(effects));
        Assert.Equal("", AggregatorBench.SentUp(bench.Sum(2, new TreeNode(1, 1))));
        Assert.Equal("(2, 0)/0", AggregatorBench.SentUp(bench.Sum(2, new TreeNode(1, 0))));
    }

    /// <summary>Found by the simulator: it waited for ever for sums that nobody was there to compute.</summary>
    [Fact]
    public void LastWorkerLost_WhileItLeaves_EndsAtOnceAndHandsBackWhatIsInHand()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Assign(1, 4, new ShardRange(0, 4));
        Assert.Null(AggregatorBench.Said<WorkerMessage.Leaving>(bench.Above(new WorkerEvent.LeaveRequested("SIGTERM"))));

        List<AggregatorEffect> lost = bench.Below(new CoordinatorEvent.Disconnected(new WorkerId(1), "reset"));

        Assert.Equal("SIGTERM", AggregatorBench.Said<WorkerMessage.Leaving>(lost)!.Reason);
        Assert.Contains(lost, effect => effect is AggregatorEffect.Above { Effect: WorkerEffect.Finish });
    }

    [Fact]
    public void LastWorkerLost_GoesAwayAboveAndComesBackWithTheNext()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Assign(1, 4, new ShardRange(0, 4));

        List<AggregatorEffect> lost = bench.Below(new CoordinatorEvent.Disconnected(new WorkerId(1), "reset"));
        List<AggregatorEffect> again = bench.Welcome();
        List<AggregatorEffect> joined = bench.Join(2);

        Assert.Contains(lost, effect => effect is AggregatorEffect.Above { Effect: WorkerEffect.Reconnect });
        Assert.Null(AggregatorBench.Said<WorkerMessage.Ready>(again));
        Assert.NotNull(AggregatorBench.Said<WorkerMessage.Ready>(joined));
        Assert.Equal("2:[shards 0–3]", AggregatorBench.Assignments(bench.Assign(1, 4, new ShardRange(0, 4))));
    }

    [Fact]
    public void ConnectionAboveLost_WithinARoundThatComesAgain_SendsItsWorkersAway()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Assign(1, 4, new ShardRange(0, 4));
        bench.Above(new WorkerEvent.Disconnected("reset"));
        bench.Welcome();

        List<AggregatorEffect> effects = bench.Assign(1, 4, new ShardRange(0, 4));

        Assert.False(AggregatorBench.Told<CoordinatorMessage.Refused>(effects, 1)!.Final);
        Assert.Equal("", AggregatorBench.Assignments(effects));
    }

    [Fact]
    public void WelcomeOfANewerTerm_MakesTheWorkersComeAgain()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Above(new WorkerEvent.Disconnected("reset"));

        List<AggregatorEffect> effects = bench.Welcome(term: 6);
        List<AggregatorEffect> joined = bench.Join(2, term: 6);

        Assert.False(AggregatorBench.Told<CoordinatorMessage.Refused>(effects, 1)!.Final);
        Assert.Equal(new Term(6), AggregatorBench.Told<CoordinatorMessage.Welcome>(joined, 2)!.Term);
    }

    [Fact]
    public void AloneForLong_SendsItsWorkersAwayAndNewcomersToo()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Above(new WorkerEvent.Disconnected("reset"));
        for (int second = 0; second < 9; second++)
        {
            bench.After(1000);
            bench.Say(1, new WorkerMessage.Heartbeat(AggregatorBench.Term, new RoundNumber(0), 0));
        }

        List<AggregatorEffect> effects = bench.After(1100);
        List<AggregatorEffect> late = bench.Below(new CoordinatorEvent.Connected(new WorkerId(2)));

        Assert.NotNull(AggregatorBench.Told<CoordinatorMessage.Refused>(effects, 1));
        Assert.NotNull(AggregatorBench.Told<CoordinatorMessage.Refused>(late, 2));
    }

    [Fact]
    public void Stop_FromAbove_IsPassedOnAndEndsIt()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Assign(1, 4, new ShardRange(0, 4));
        bench.Sum(1, TreeNode.Leaf(0));

        List<AggregatorEffect> effects = bench.Hear(new CoordinatorMessage.Stop(AggregatorBench.Term, "all done", Failed: false));

        Assert.Equal("all done", AggregatorBench.Told<CoordinatorMessage.Stop>(effects, 1)!.Reason);
        Assert.Contains(new AggregatorEffect.Below(new CoordinatorEffect.Release(new SumHandle(100))), effects);
        Assert.Contains(effects, effect => effect is AggregatorEffect.Above { Effect: WorkerEffect.Finish });
        Assert.Null(bench.Machine.NextDeadline);
    }

    [Fact]
    public void NotFinite_FromBelow_IsPassedOn()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Assign(1, 4, new ShardRange(0, 4));

        List<AggregatorEffect> effects = bench.Say(
            1, new WorkerMessage.NotFinite(AggregatorBench.Term, new RoundNumber(1), 2, "loss", "not a number"));

        Assert.Equal(2, AggregatorBench.Said<WorkerMessage.NotFinite>(effects)!.Shard);
    }

    [Fact]
    public void Superseded_FromBelow_IsPassedOnAndTheConnectionGivenUp()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Below(new CoordinatorEvent.Connected(new WorkerId(1)));
        bench.Say(1, new WorkerMessage.Hello(ProtocolVersions.Current, "host1", 1));

        List<AggregatorEffect> effects = bench.Say(1, new WorkerMessage.Superseded(AggregatorBench.Term, new Term(6)));

        Assert.Equal(new Term(6), AggregatorBench.Said<WorkerMessage.Superseded>(effects)!.Newer);
        Assert.Contains(effects, effect => effect is AggregatorEffect.Above { Effect: WorkerEffect.Reconnect });
    }

    /// <summary>The sum of a node across the two would be wanted by nobody, and theirs would never come.</summary>
    [Fact]
    public void RangesGivenBelow_NeverGoAcrossNodesThatAreWantedApart()
    {
        AggregatorBench bench = new();
        bench.Welcome();
        bench.Join(1);
        bench.Assign(1, 8, new ShardRange(0, 2));
        bench.Assign(1, 8, new ShardRange(2, 2));
        bench.Join(2);

        List<AggregatorEffect> effects = bench.Below(new CoordinatorEvent.Disconnected(new WorkerId(1), "reset"));

        Assert.Equal("2:[shards 0–1, shards 2–3]", AggregatorBench.Assignments(effects));
    }
}
