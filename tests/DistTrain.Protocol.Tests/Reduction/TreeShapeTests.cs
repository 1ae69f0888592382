using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

public sealed class TreeShapeTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(16, 4)]
    [InlineData(17, 5)]
    public void RootLevel_OfAShardCount_IsTheSmallestPowerAbove(int shardCount, int level) =>
        Assert.Equal(level, TreeShape.RootLevel(shardCount));

    [Theory]
    [InlineData(0, 16, 16, "(4, 0)")]
    [InlineData(0, 5, 16, "(2, 0) (0, 4)")]
    [InlineData(5, 5, 16, "(0, 5) (1, 3) (1, 4)")]
    [InlineData(4, 3, 7, "(2, 1)")]
    [InlineData(4, 1, 5, "(2, 1)")]
    public void MaximalNodes_OfARange_AreTheFewest(int first, int count, int shardCount, string expected)
    {
        List<TreeNode> nodes = [];
        TreeShape.AddMaximalNodes(new ShardRange(first, count), shardCount, nodes);
        Assert.Equal(expected, string.Join(' ', nodes));
    }

    [Fact]
    public void MaximalNodes_OfEveryRange_CoverItExactlyOnceInOrder()
    {
        for (int shardCount = 1; shardCount <= 40; shardCount++)
        {
            for (int first = 0; first < shardCount; first++)
            {
                for (int end = first + 1; end <= shardCount; end++)
                {
                    List<TreeNode> nodes = [];
                    TreeShape.AddMaximalNodes(new ShardRange(first, end - first), shardCount, nodes);
                    int next = first;
                    foreach (TreeNode node in nodes)
                    {
                        Assert.True(TreeShape.Contains(node, shardCount));
                        Assert.Equal(next, node.FirstShard);
                        next = node.EndShard(shardCount);
                    }

                    Assert.Equal(end, next);
                }
            }
        }
    }
}
