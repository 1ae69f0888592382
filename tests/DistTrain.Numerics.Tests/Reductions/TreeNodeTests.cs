namespace DistTrain.Numerics.Tests;

public sealed class TreeNodeTests
{
    [Fact]
    public void TreeNode_Relations_FollowTheDefinition()
    {
        var node = new TreeNode(2, 3);
        Assert.Equal(12, node.FirstShard);
        Assert.Equal(16, node.EndShard(100));
        Assert.Equal(14, node.EndShard(14));
        Assert.Equal(new TreeNode(3, 1), node.Parent);
        Assert.Equal(new TreeNode(1, 6), node.Left);
        Assert.Equal(new TreeNode(1, 7), node.Right);
        Assert.Equal(new TreeNode(2, 2), node.Sibling);
        Assert.False(node.IsLeft);
        Assert.Equal(node, node.Left.Parent);
        Assert.Equal(node, node.Right.Parent);
        Assert.Equal(TreeNode.Leaf(12), node.Left.Left);
        Assert.Equal("(2, 3)", node.ToString());
    }

    [Fact]
    public void EndShard_HighLevel_DoesNotOverflow() => Assert.Equal(7, new TreeNode(31, 0).EndShard(7));
}
