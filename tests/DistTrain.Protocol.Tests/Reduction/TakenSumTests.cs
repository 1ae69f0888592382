using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests.Reduction;

public sealed class TakenSumTests
{
    [Fact]
    public void Take_OfANode_KeepsItsShardsCoveredAndItsSiblingApart()
    {
        var tree = new ReductionTree(4);
        List<CoordinatorEffect> effects = [];
        Assert.Equal(new TreeNode(1, 0), tree.Insert(new TreeNode(1, 0), new SumHandle(1), 0, effects));

        Assert.Equal(new SumHandle(1), tree.Take(new TreeNode(1, 0)));
        TreeNode? again = tree.Insert(TreeNode.Leaf(0), new SumHandle(2), 0, effects);
        TreeNode? sibling = tree.Insert(new TreeNode(1, 1), new SumHandle(3), 0, effects);

        Assert.Null(again);
        Assert.True(tree.Covers(1));
        Assert.Equal(new TreeNode(1, 1), sibling);
        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(2))], effects);
        Assert.Throws<InvalidOperationException>(() => tree.Take(new TreeNode(1, 0)));
    }

    [Fact]
    public void ReleaseAll_AfterATake_ReleasesWhatIsLeft()
    {
        var tree = new ReductionTree(4);
        List<CoordinatorEffect> effects = [];
        tree.Insert(new TreeNode(1, 0), new SumHandle(1), 0, effects);
        tree.Take(new TreeNode(1, 0));
        tree.Insert(TreeNode.Leaf(2), new SumHandle(2), 0, effects);

        tree.ReleaseAll(effects);

        Assert.Equal([new CoordinatorEffect.Release(new SumHandle(2))], effects);
    }
}
