using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

public sealed class ReductionTreeTests
{
    public static TheoryData<int> ShardCounts()
    {
        TheoryData<int> counts = [];
        for (int count = 1; count <= 70; count++)
        {
            counts.Add(count);
        }

        return counts;
    }

    [Theory]
    [MemberData(nameof(ShardCounts))]
    public void ReductionTree_RangesInAnyOrderWithDuplicates_GivesTheCanonicalSum(int shardCount)
    {
        Random random = new(shardCount);
        for (int trial = 0; trial < 60; trial++)
        {
            SymbolicSums sums = new();
            ReductionTree tree = new(shardCount);
            List<TreeNode> arrivals = RandomCover(random, shardCount);
            foreach (TreeNode node in arrivals)
            {
                List<CoordinatorEffect> effects = [];
                tree.Insert(node, sums.Compute(node, shardCount), 0, effects);
                sums.Perform(effects);
                Assert.True(sums.Count <= shardCount, "more sums are held than there are shards");
            }

            Assert.NotNull(tree.RootSum);
            Assert.Equal(SymbolicSums.Canonical(tree.Root, shardCount), sums[tree.RootSum.Value]);
            Assert.Equal(1, sums.Count);
        }
    }

    [Fact]
    public void ReductionTree_TheSameNodeTwice_ReleasesTheSecond()
    {
        ReductionTree tree = new(4);
        Assert.Empty(Insert(tree, new TreeNode(1, 0), 7));
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(8))], Insert(tree, new TreeNode(1, 0), 8));
    }

    [Fact]
    public void ReductionTree_ADescendantOfAStoredNode_IsReleased()
    {
        ReductionTree tree = new(4);
        Insert(tree, new TreeNode(1, 1), 1);
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(2))], Insert(tree, TreeNode.Leaf(3), 2));
    }

    [Fact]
    public void ReductionTree_AnAncestorOfStoredNodes_ReplacesThem()
    {
        ReductionTree tree = new(8);
        Insert(tree, TreeNode.Leaf(0), 1);
        Insert(tree, TreeNode.Leaf(3), 2);
        Assert.Equal(
            [new CoordinatorEffect.Release(new SumHandle(1)), new CoordinatorEffect.Release(new SumHandle(2))],
            Insert(tree, new TreeNode(2, 0), 3));
        Assert.True(tree.Covers(2));
        Assert.False(tree.Covers(4));
    }

    [Fact]
    public void ReductionTree_RightBeforeLeft_AddsTheRightToTheLeft()
    {
        ReductionTree tree = new(2);
        Insert(tree, TreeNode.Leaf(1), 1);
        Assert.Equal(
            [new CoordinatorEffect.Add(0, new SumHandle(0), new SumHandle(1))], Insert(tree, TreeNode.Leaf(0), 0));
        Assert.Equal(new SumHandle(0), tree.RootSum);
    }

    [Fact]
    public void ReductionTree_ANodeWhoseSiblingCoversNoShard_MovesUp()
    {
        ReductionTree tree = new(5);
        Insert(tree, TreeNode.Leaf(4), 4);
        Assert.Equal(
            [new CoordinatorEffect.Add(0, new SumHandle(3), new SumHandle(4))], Insert(tree, new TreeNode(2, 0), 3));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 5)]
    [InlineData(0, -1)]
    [InlineData(3, 1)]
    [InlineData(4, 0)]
    [InlineData(1, int.MaxValue)]
    public void ReductionTree_ANodeThatIsNotThere_IsRefused(int level, int index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Insert(new ReductionTree(5), new TreeNode(level, index), 0));

    private static List<CoordinatorEffect> Insert(ReductionTree tree, TreeNode node, int sum)
    {
        List<CoordinatorEffect> effects = [];
        tree.Insert(node, new SumHandle(sum), 0, effects);
        return effects;
    }

    /// <summary>Maximal nodes of random ranges, shuffled, until every shard is covered: what workers might send.</summary>
    private static List<TreeNode> RandomCover(Random random, int shardCount)
    {
        List<TreeNode> nodes = [];
        int pieces = random.Next(1, 9);
        int[] cuts = [0, .. Enumerable.Range(0, pieces - 1).Select(_ => random.Next(shardCount + 1)).Order(), shardCount];
        for (int i = 0; i + 1 < cuts.Length; i++)
        {
            TreeShape.AddMaximalNodes(new ShardRange(cuts[i], cuts[i + 1] - cuts[i]), shardCount, nodes);
        }

        for (int repeat = random.Next(4); repeat > 0; repeat--)
        {
            int first = random.Next(shardCount);
            TreeShape.AddMaximalNodes(
                new ShardRange(first, random.Next(1, shardCount - first + 1)), shardCount, nodes);
        }

        TreeNode[] order = [.. nodes];
        random.Shuffle(order);
        return [.. order];
    }
}
