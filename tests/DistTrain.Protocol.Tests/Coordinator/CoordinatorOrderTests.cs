using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

using static CoordinatorBench;
using static CoordinatorRoundTests;

/// <summary>Among buckets whose sums lie ready at the same moment the front-most goes first.</summary>
public sealed class CoordinatorOrderTests
{
    private static readonly TreeNode LeftHalf = new(1, 0);
    private static readonly TreeNode RightHalf = new(1, 1);
    private static readonly Round First = new(new(1), RoundKind.Train, new(0), 0, 0, 32, 4);

    [Fact]
    public void Coordinator_BucketsCompleteAtTheSameTime_AreAppliedAndSentFrontFirst()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 3);
        foreach (int bucket in new[] { 2, 0, 1 })
        {
            Assert.Empty(bench.SumAmongOthers(1, LeftHalf, bucket: bucket));
            Assert.Empty(bench.SumAmongOthers(2, RightHalf, bucket: bucket));
        }

        Assert.Equal(WorkOn(0, left: 102, right: 103), bench.CatchUp());
        Assert.Equal(WorkOn(1, left: 104, right: 105), bench.CatchUp());
        Assert.Equal([.. WorkOn(2, left: 100, right: 101), new CoordinatorEffect.CloseRound(First)], bench.CatchUp());
        Assert.False(bench.Machine.HasWork);
        Assert.Empty(bench.CatchUp());
    }

    [Fact]
    public void Coordinator_AFrontBucketCompleteMeanwhile_GoesBeforeThoseThatWait()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 3);
        foreach (int bucket in new[] { 2, 1 })
        {
            bench.SumAmongOthers(1, LeftHalf, bucket: bucket);
            bench.SumAmongOthers(2, RightHalf, bucket: bucket);
        }

        Assert.Equal(1, Applied(bench.CatchUp()));
        bench.SumAmongOthers(1, LeftHalf, bucket: 0);
        bench.SumAmongOthers(2, RightHalf, bucket: 0);
        Assert.Equal(0, Applied(bench.CatchUp()));
        Assert.Equal(2, Applied(bench.CatchUp()));
    }

    [Fact]
    public void Coordinator_AdditionsOfBucketsNotComplete_WaitTheirTurnToo()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersAtStart = 4, BucketCount = 2 });
        foreach (int worker in new[] { 1, 2, 3, 4 })
        {
            bench.Join(worker);
        }

        bench.SumAmongOthers(1, new TreeNode(0, 0), bucket: 1);
        bench.SumAmongOthers(2, new TreeNode(0, 1), bucket: 1);
        bench.SumAmongOthers(1, new TreeNode(0, 0), bucket: 0);
        bench.SumAmongOthers(2, new TreeNode(0, 1), bucket: 0);
        Assert.Equal([new CoordinatorEffect.Add(0, new(102), new(103))], bench.CatchUp());
        Assert.Equal([new CoordinatorEffect.Add(1, new(100), new(101))], bench.CatchUp());
        Assert.False(bench.Machine.HasWork);
    }

    [Fact]
    public void Coordinator_ARoundWithWorkLeft_IsNotClosed()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 1);
        bench.SumAmongOthers(1, LeftHalf);
        Assert.Empty(bench.SumAmongOthers(2, RightHalf));
        Assert.Empty(bench.After(1).OfType<CoordinatorEffect.CloseRound>());
        Assert.Single(bench.CatchUp().OfType<CoordinatorEffect.CloseRound>());
    }

    [Fact]
    public void Coordinator_StoppedWithWorkLeft_ReleasesEverySumOnce()
    {
        CoordinatorBench bench = TwoWorkers(buckets: 3);
        bench.SumAmongOthers(1, LeftHalf, bucket: 2);
        bench.SumAmongOthers(2, RightHalf, bucket: 2);
        bench.SumAmongOthers(1, new TreeNode(0, 0), bucket: 1);
        bench.SumAmongOthers(1, new TreeNode(0, 1), bucket: 1);
        bench.SumAmongOthers(2, RightHalf, bucket: 0);
        bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        List<CoordinatorEffect> effects = bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        Assert.Equal(
            [100, 101, 102, 103, 104],
            effects.OfType<CoordinatorEffect.Release>().Select(release => release.Sum.Value).Order());
        Assert.False(bench.Machine.HasWork);
        Assert.Empty(bench.CatchUp());
    }

    [Fact]
    public void Coordinator_ASumThatTellsNothingNew_IsReleasedAtOnce()
    {
        CoordinatorBench bench = TwoWorkers();
        bench.SumAmongOthers(1, LeftHalf);
        bench.SumAmongOthers(2, RightHalf);
        bench.Lose(2);
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(102))], bench.SumAmongOthers(1, new TreeNode(0, 0)));
    }

    private static int Applied(List<CoordinatorEffect> effects) =>
        Assert.Single(effects.OfType<CoordinatorEffect.ApplyBucket>()).Bucket;

    private static CoordinatorEffect[] WorkOn(int bucket, int left, int right) =>
    [
        new CoordinatorEffect.Add(bucket, new SumHandle(left), new SumHandle(right)),
        new CoordinatorEffect.ApplyBucket(First, bucket, new SumHandle(left)),
        new CoordinatorEffect.SendWeights(new(1), new(Term, new WeightVersion(1), bucket)),
        new CoordinatorEffect.SendWeights(new(2), new(Term, new WeightVersion(1), bucket)),
    ];
}
