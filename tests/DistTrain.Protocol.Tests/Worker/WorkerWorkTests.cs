namespace DistTrain.Protocol.Tests;

using static WorkerBench;

/// <summary>Assignments, weights, computations and sums, in and out of order.</summary>
public sealed class WorkerWorkTests
{
    private static readonly ShardRange All = new(0, 4);
    private static readonly WorkerEffect[] Abandoned = [new WorkerEffect.Abandon()];
    private static readonly WorkerEffect[] Released = [new WorkerEffect.Release(new(7))];

    [Fact]
    public void Worker_AssignmentThenWeights_ComputesAtOnceAndOpensTheWeightsAsTheyCome()
    {
        WorkerBench bench = new WorkerBench().Ready(buckets: 2);
        Assert.Equal([new WorkerEffect.Compute(Round(1), new(2, 0))], bench.Assign(Round(1), All));
        Assert.Equal([new WorkerEffect.OpenWeights(new(0), 1)], bench.Weights(0, bucket: 1));
        Assert.Empty(bench.Weights(0, bucket: 1));
        Assert.Equal([new WorkerEffect.OpenWeights(new(0), 0)], bench.Weights(0, bucket: 0));
    }

    [Fact]
    public void Worker_WeightsThenAssignment_Computes()
    {
        WorkerBench bench = new WorkerBench().Ready();
        Assert.Equal([new WorkerEffect.OpenWeights(new(0), 0)], bench.Weights(0));
        Assert.Equal([new WorkerEffect.Compute(Round(1), new(2, 0))], bench.Assign(Round(1), All));
    }

    [Fact]
    public void Worker_WeightsThatANewerVersionOvertook_AreNotWaitedFor()
    {
        WorkerBench bench = new WorkerBench().Ready(buckets: 2);
        bench.Weights(0, bucket: 0);
        bench.Weights(1, bucket: 1);
        Assert.Empty(bench.Assign(Round(1), All));
        Assert.Empty(bench.Weights(0, bucket: 1));
        Assert.Equal([new WorkerEffect.Compute(Round(2), new(2, 0))], bench.Assign(Round(2), All));
        Assert.Equal([new WorkerEffect.OpenWeights(new(1), 0)], bench.Weights(1, bucket: 0));
    }

    [Fact]
    public void Worker_WeightsOfARoundOfThePast_StayClosed()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Assign(Round(2), All);
        Assert.Empty(bench.Weights(0));
        Assert.Equal([new WorkerEffect.OpenWeights(new(1), 0)], bench.Weights(1));
    }

    [Fact]
    public void Worker_BucketsOfTheNextVersion_LeaveTheRoundInHandComputable()
    {
        WorkerBench bench = new WorkerBench().Ready(buckets: 2);
        bench.Weights(0, bucket: 0);
        bench.Weights(0, bucket: 1);
        bench.Assign(Round(1), new ShardRange(1, 3));
        Assert.Equal([new WorkerEffect.OpenWeights(new(1), 1)], bench.Weights(1, bucket: 1));
        Assert.Contains(new WorkerEffect.Compute(Round(1), new(1, 1)), bench.Computed(Round(1), new(0, 1)));
        Assert.Equal(3, bench.Computed(Round(1), new(1, 1)).Count);
        Assert.Equal([new WorkerEffect.Compute(Round(2), new(2, 0))], bench.Assign(Round(2), All));
    }

    [Fact]
    public void Worker_WhatWaitsForWeights_IsAbandonedWithItsRound()
    {
        WorkerEvent abandoned = new WorkerEvent.NodeAbandoned(Round(1), new(2, 0));
        WorkerBench cancelled = new WorkerBench().Ready();
        cancelled.Assign(Round(1), All);
        Assert.Equal(Abandoned, cancelled.Hear(new CoordinatorMessage.Cancel(Term, new(1))));
        Assert.Empty(cancelled.Hear(new CoordinatorMessage.Cancel(Term, new(1))));
        Assert.Empty(cancelled.Do(abandoned));
        Assert.Equal([new WorkerEffect.Compute(Round(2), new(2, 0))], cancelled.Assign(Round(2), All));

        WorkerBench overtaken = new WorkerBench().Ready();
        overtaken.Assign(Round(1), All);
        Assert.Equal(Abandoned, overtaken.Assign(Round(2), All));
        Assert.Equal([new WorkerEffect.Compute(Round(2), new(2, 0))], overtaken.Do(abandoned));

        WorkerBench cutOff = new WorkerBench().Ready();
        cutOff.Assign(Round(1), All);
        Assert.IsType<WorkerEffect.Abandon>(cutOff.Do(new WorkerEvent.Disconnected("reset"))[0]);
        Assert.Empty(cutOff.Do(abandoned));

        WorkerBench stopped = new WorkerBench().Ready();
        stopped.Assign(Round(1), All);
        Assert.IsType<WorkerEffect.Abandon>(stopped.Hear(new CoordinatorMessage.Stop(Term, "over", false))[0]);
    }

    [Fact]
    public void Worker_AskedToLeaveWhileItWaitsForWeights_FinishesOrLeavesWithTheRound()
    {
        WorkerBench finishing = new WorkerBench().Ready();
        finishing.Assign(Round(1), All);
        Assert.Empty(finishing.Do(new WorkerEvent.LeaveRequested("SIGTERM")));
        Assert.Equal([new WorkerEffect.OpenWeights(new(0), 0)], finishing.Weights(0));
        Assert.IsType<WorkerEffect.SendPartial>(finishing.Computed(Round(1), new(2, 0))[0]);

        WorkerBench cancelled = new WorkerBench().Ready();
        cancelled.Assign(Round(1), All);
        cancelled.Do(new WorkerEvent.LeaveRequested("SIGTERM"));
        Assert.IsType<WorkerEffect.Finish>(cancelled.Hear(new CoordinatorMessage.Cancel(Term, new(1)))[^1]);
    }

    [Fact]
    public void Worker_NodesOfARange_AreComputedOneAtATime()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        Assert.Equal([new WorkerEffect.Compute(Round(1), new(0, 1))], bench.Assign(Round(1), new ShardRange(1, 3)));
        Assert.Equal(
            [
                new WorkerEffect.SendPartial(new(Term, new(1), 0, new(0, 1), 1234), new(7)),
                new WorkerEffect.Release(new(7)),
                new WorkerEffect.Compute(Round(1), new(1, 1)),
            ],
            bench.Computed(Round(1), new(0, 1)));
        Assert.Equal(2, bench.Computed(Round(1), new(1, 1)).Count);
    }

    [Fact]
    public void Worker_ManyBuckets_SendsOneSumEachAndCountsTheTimeOnce()
    {
        WorkerBench bench = new WorkerBench().Ready(buckets: 2);
        bench.Weights(0, 0);
        bench.Weights(0, 1);
        bench.Assign(Round(1), All);
        Assert.Equal(
            [
                new WorkerEffect.SendPartial(new(Term, new(1), 0, new(2, 0), 1234), new(7)),
                new WorkerEffect.SendPartial(new(Term, new(1), 1, new(2, 0), 0), new(7)),
                new WorkerEffect.Release(new(7)),
            ],
            bench.Computed(Round(1), new(2, 0)));
    }

    [Fact]
    public void Worker_ABucketThatIsReadyEarly_LeavesAtOnceAndOnce()
    {
        WorkerBench bench = new WorkerBench().Ready(buckets: 3);
        for (int bucket = 0; bucket < 3; bucket++)
        {
            bench.Weights(0, bucket);
        }

        bench.Assign(Round(1), All);
        WorkerEvent early = new WorkerEvent.BucketComputed(Round(1), new(2, 0), 2, new SumHandle(7), 1000);
        Assert.Equal([new WorkerEffect.SendPartial(new(Term, new(1), 2, new(2, 0), 1000), new(7))], bench.Do(early));
        Assert.Empty(bench.Do(early));
        Assert.Equal(
            [
                new WorkerEffect.SendPartial(new(Term, new(1), 0, new(2, 0), 1234), new(7)),
                new WorkerEffect.SendPartial(new(Term, new(1), 1, new(2, 0), 0), new(7)),
                new WorkerEffect.Release(new(7)),
            ],
            bench.Computed(Round(1), new(2, 0)));
    }

    [Fact]
    public void Worker_ABucketOfARoundThatIsOver_DoesNotLeave()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), All);
        bench.Hear(new CoordinatorMessage.Cancel(Term, new(1)));
        Assert.Empty(bench.Do(new WorkerEvent.BucketComputed(Round(1), new(2, 0), 0, new SumHandle(7), 1000)));
    }

    [Fact]
    public void Worker_AnEvaluation_SendsOneBucket()
    {
        WorkerBench bench = new WorkerBench().Ready(buckets: 2);
        Round round = Round(1, RoundKind.Evaluate, version: 0);
        bench.Weights(0, 0);
        bench.Weights(0, 1);
        bench.Assign(round, All);
        Assert.Single(bench.Computed(round, new(2, 0)).OfType<WorkerEffect.SendPartial>());
    }

    [Fact]
    public void Worker_TheSameAssignmentTwice_ComputesOnce()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), All);
        Assert.Empty(bench.Assign(Round(1), All));
        Assert.Equal(2, bench.Computed(Round(1), new(2, 0)).Count);
        Assert.Empty(bench.Assign(Round(1), All));
    }

    [Fact]
    public void Worker_OverlappingAssignments_ComputeOnlyWhatIsNew()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), new ShardRange(0, 2));
        bench.Assign(Round(1), All);
        Assert.Contains(new WorkerEffect.Compute(Round(1), new(1, 1)), bench.Computed(Round(1), new(1, 0)));
    }

    [Fact]
    public void Worker_ANewerRound_PutsTheOlderAside()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), new ShardRange(0, 3));
        bench.Weights(1);
        Assert.Equal(Abandoned, bench.Assign(Round(2), All));
        Assert.Equal(
            [new WorkerEffect.Release(new(7)), new WorkerEffect.Compute(Round(2), new(2, 0))],
            bench.Computed(Round(1), new(1, 0)));
    }

    [Fact]
    public void Worker_AnOlderRoundsAssignment_ChangesNothing()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(1);
        bench.Assign(Round(2), new ShardRange(0, 1));
        Assert.Empty(bench.Assign(Round(1), All));
        Assert.Equal(2, bench.Computed(Round(2), new(0, 0)).Count);
    }

    [Fact]
    public void Worker_AssignmentAndWeightsOfAnotherTerm_ChangeNothing()
    {
        WorkerBench bench = new WorkerBench().Ready();
        Assert.Empty(bench.Hear(new CoordinatorMessage.Assign(new Term(4), Round(1), [All])));
        Assert.Empty(bench.Weights(0, term: 4));
        Assert.Equal([new WorkerEffect.OpenWeights(new(0), 0)], bench.Weights(0));
        Assert.Equal([new WorkerEffect.Compute(Round(1), new(2, 0))], bench.Assign(Round(1), All));
    }

    [Fact]
    public void Worker_ACancelledRound_IsDroppedAndItsResultReleased()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), new ShardRange(0, 3));
        Assert.Equal(Abandoned, bench.Hear(new CoordinatorMessage.Cancel(Term, new(1))));
        Assert.Equal(Released, bench.Computed(Round(1), new(1, 0)));
    }

    [Fact]
    public void Worker_ACancelOfAnotherRoundOrTerm_ChangesNothing()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), All);
        bench.Hear(new CoordinatorMessage.Cancel(Term, new(2)));
        bench.Hear(new CoordinatorMessage.Cancel(new Term(4), new(1)));
        Assert.Equal(2, bench.Computed(Round(1), new(2, 0)).Count);
    }

    [Fact]
    public void Worker_DisconnectedWhileComputing_ReleasesTheResult()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), All);
        bench.Do(new WorkerEvent.Disconnected("reset"));
        Assert.Equal(Released, bench.Computed(Round(1), new(2, 0)));
    }

    [Fact]
    public void Worker_BackBeforeItsComputationEnds_ComputesTheNextAfterIt()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), All);
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome);
        bench.Assign(Round(1), All);
        Assert.Equal([new WorkerEffect.OpenWeights(new(0), 0)], bench.Weights(0));
        Assert.Equal(
            [new WorkerEffect.Release(new(7)), new WorkerEffect.Compute(Round(1), new(2, 0))],
            bench.Computed(Round(1), new(2, 0)));
    }

    [Fact]
    public void Worker_TheWeightsOfAnEarlierConnection_DoNotCount()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(5);
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome with { Term = new Term(6) });
        bench.Hear(new CoordinatorMessage.Assign(new Term(6), Round(1, version: 5), [All]));
        Assert.Equal([new WorkerEffect.OpenWeights(new(5), 0)], bench.Weights(5, term: 6));
    }

    [Fact]
    public void Worker_NotFinite_IsSaidOnceAndTheRestDropped()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), new ShardRange(0, 3));
        Assert.Equal(
            [new WorkerEffect.Send(new WorkerMessage.NotFinite(Term, new(1), 1, "layers.0.weight", "NaN"))],
            bench.Do(new WorkerEvent.NodeNotFinite(Round(1), 1, "layers.0.weight", "NaN")));
    }

    [Fact]
    public void Worker_NotFiniteOfARoundThatIsOver_IsNotSaid()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Weights(0);
        bench.Assign(Round(1), All);
        bench.Hear(new CoordinatorMessage.Cancel(Term, new(1)));
        Assert.Empty(bench.Do(new WorkerEvent.NodeNotFinite(Round(1), 1, "layers.0.weight", "NaN")));
    }

    [Fact]
    public void Worker_OneRoundDescribedInTwoWays_TurnsAway()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Assign(Round(1), new ShardRange(0, 1));
        Assert.IsType<WorkerEffect.Reconnect>(bench.Assign(Round(1, version: 8), new ShardRange(1, 1))[^1]);
    }

    [Fact]
    public void Worker_ARangeBeyondTheShards_TurnsAway() =>
        Assert.IsType<WorkerEffect.Reconnect>(
            Assert.Single(new WorkerBench().Ready().Assign(Round(1), new ShardRange(2, 3))));

    [Fact]
    public void Worker_ABucketThatTheRunDoesNotHave_TurnsAway() =>
        Assert.IsType<WorkerEffect.Reconnect>(Assert.Single(new WorkerBench().Ready().Weights(0, bucket: 1)));
}
