using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

using static CoordinatorBench;

/// <summary>Sums that are late, repeated, foreign or wrong.</summary>
public sealed class CoordinatorSumTests
{
    private static readonly TreeNode LeftHalf = new(1, 0);
    private static readonly TreeNode RightHalf = new(1, 1);
    private static readonly CoordinatorEffect[] Released = [new CoordinatorEffect.Release(new SumHandle(100))];

    [Fact]
    public void Coordinator_ASumOfAnotherTerm_ChangesNothing() =>
        Assert.Equal(Released, CoordinatorRoundTests.TwoWorkers().Sum(1, LeftHalf, term: 4));

    [Fact]
    public void Coordinator_ASumOfAFutureTerm_ChangesNothing() =>
        Assert.Equal(Released, CoordinatorRoundTests.TwoWorkers().Sum(1, LeftHalf, term: 6));

    [Fact]
    public void Coordinator_ASumOfAnEarlierRound_ChangesNothing()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(1, LeftHalf);
        bench.Sum(2, RightHalf);
        bench.Close(1);
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(102))], bench.Sum(1, LeftHalf, round: 1));
    }

    [Fact]
    public void Coordinator_ASumOfTheRoundThatIsBeingClosed_ChangesNothing()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(1, LeftHalf);
        bench.Sum(2, RightHalf);
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(102))], bench.Sum(2, RightHalf));
    }

    [Fact]
    public void Coordinator_ASumOfAnUnknownWorker_ChangesNothing() =>
        Assert.Equal(Released, CoordinatorRoundTests.TwoWorkers().Sum(9, LeftHalf));

    [Fact]
    public void Coordinator_ASumAfterTheEnd_IsReleased()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Do(new CoordinatorEvent.StopRequested("a"));
        bench.Do(new CoordinatorEvent.StopRequested("a"));
        Assert.Equal(Released, bench.Sum(1, LeftHalf));
    }

    [Fact]
    public void Coordinator_TheSameSumTwice_IsHarmless()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        Assert.Empty(bench.Sum(1, LeftHalf));
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(101))], bench.Sum(1, LeftHalf));
    }

    [Fact]
    public void Coordinator_TheSameSumAgainAndAgain_IsRefused()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(1, LeftHalf);
        for (int i = 0; i < 64; i++)
        {
            Assert.Single(bench.Sum(1, LeftHalf));
        }

        AssertRefused(bench.Sum(1, LeftHalf), "sent more than 64 sums a second time in round 1");
    }

    [Fact]
    public void Coordinator_ASumOfAnotherBucket_NamesTheWorker() =>
        AssertRefused(
            CoordinatorRoundTests.TwoWorkers().Sum(1, LeftHalf, bucket: 1),
            "sent a sum of bucket 1, this round has 1: it runs another model");

    [Fact]
    public void Coordinator_ASumOfANodeThatIsNotThere_NamesTheWorker() =>
        AssertRefused(
            CoordinatorRoundTests.TwoWorkers().Sum(1, new TreeNode(3, 0)),
            "sent the sum of tree node (3, 0), which a round of 4 shards does not have");

    [Fact]
    public void Coordinator_ASumOfShardsNeverGiven_NamesTheWorker() =>
        AssertRefused(
            CoordinatorRoundTests.TwoWorkers().Sum(1, new TreeNode(2, 0)),
            "sent the sum of shards 0–3 (tree node (2, 0)), but shard 2 was never given to it");

    [Fact]
    public void Coordinator_ASumOfAFutureRound_NamesTheWorker() =>
        AssertRefused(
            CoordinatorRoundTests.TwoWorkers().Sum(1, LeftHalf, round: 2), "sent a sum of round 2, the newest is 1");

    [Fact]
    public void Coordinator_ASumBeforeReady_NamesTheWorker()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(1)));
        bench.Say(1, new WorkerMessage.Hello(ProtocolVersions.Current, "host1", 1));
        AssertRefused(bench.Sum(1, LeftHalf), "sent a sum before it was ready");
    }

    [Fact]
    public void Coordinator_TheHeaderOfASumWithoutTheSum_NamesTheWorker() =>
        AssertRefused(
            CoordinatorRoundTests.TwoWorkers().Say(1, new WorkerMessage.PartialSum(Term, new(1), 0, LeftHalf, 0)),
            "sent the header of a sum without the sum");

    [Fact]
    public void Coordinator_WhatTheShellRefused_GoesToTheOthers()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        List<CoordinatorEffect> effects = bench.Do(
            new CoordinatorEvent.Violated(new WorkerId(1), "sent a sum of 3 floats, expected 8"));
        AssertRefused(effects, "sent a sum of 3 floats, expected 8");
        Assert.Equal("2:[shards 0–1]", Assignments(effects));
    }

    [Fact]
    public void Coordinator_NotFinite_FailsTheRunWithItsRootCause()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(1, LeftHalf);
        List<CoordinatorEffect> effects = bench.Say(
            2, new WorkerMessage.NotFinite(Term, new(1), 3, "layers.0.weight", "NaN"));
        RunEnd? end = End(effects);
        Assert.Equal(RunEndKind.Failed, end!.Kind);
        Assert.StartsWith(
            "worker 2 (host2) found NaN in layers.0.weight at step 1 (epoch 1), shard 3 (rows 24 to 31 of the epoch's order)",
            end.Reason,
            StringComparison.Ordinal);
        Assert.Contains(Released[0], effects);
        Assert.True(Sent<CoordinatorMessage.Stop>(effects, 1)!.Failed);
    }

    [Theory]
    [InlineData(4, 1, 3)]
    [InlineData(5, 0, 3)]
    [InlineData(5, 2, 3)]
    [InlineData(5, 1, 0)]
    [InlineData(5, 1, 4)]
    public void Coordinator_NotFiniteOfThePastOrOfForeignShards_ChangesNothing(long term, long round, int shard)
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        Assert.Empty(bench.Say(2, new WorkerMessage.NotFinite(new Term(term), new(round), shard, "loss", "NaN")));
    }

    private static void AssertRefused(List<CoordinatorEffect> effects, string expected)
    {
        CoordinatorMessage.Refused? refused = Sent<CoordinatorMessage.Refused>(effects, 1);
        Assert.NotNull(refused);
        Assert.False(refused.Final);
        Assert.StartsWith($"worker 1 (host1) {expected}", refused.Reason, StringComparison.Ordinal);
        Assert.Contains(new CoordinatorEffect.Disconnect(new WorkerId(1), refused.Reason), effects);
        Assert.Equal(refused.Reason, Told<Notice.WorkerRefused>(effects)!.Reason);
    }
}
