using DistTrain.Numerics;

namespace DistTrain.Runtime.Tests.Compute;

public sealed class PartialNodesTests
{
    [Fact]
    public void Combine_AnySplitOverLanes_GivesTheBitsOfTheTree()
    {
        using var pool = new SumBufferPool(1);
        for (int shardCount = 1; shardCount <= 19; shardCount++)
        {
            float[] leaves = [.. Enumerable.Range(0, shardCount).Select(shard => MathF.ScaleB(1f / (shard + 3), shard % 9))];
            for (int level = 0; 1 << level < 2 * shardCount; level++)
            {
                for (var node = new TreeNode(level, 0); node.FirstShard < shardCount; node = new TreeNode(level, node.Index + 1))
                {
                    for (int lanes = 1; lanes <= 5; lanes++)
                    {
                        Assert.Equal(Tree(node, leaves), Split(pool, node, leaves, lanes));
                    }
                }
            }
        }

        Assert.Equal(0, pool.Rented);
    }

    private static float Split(SumBufferPool pool, TreeNode node, float[] leaves, int lanes)
    {
        var parts = new PartialNodes(lanes);
        int first = node.FirstShard;
        int count = node.EndShard(leaves.Length) - first;
        for (int lane = 0; lane < lanes; lane++)
        {
            int from = first + (count * lane / lanes);
            int to = first + (count * (lane + 1) / lanes);
            while (from < to)
            {
                int end = PartialNodes.EndOfMaximalNode(from, to);
                SumBuffer sums = pool.Rent();
                sums.Span[0] = Tree(new TreeNode(System.Numerics.BitOperations.Log2((uint)(end - from)), 0), leaves[from..end]);
                parts.Add(lane, from, end, sums);
                from = end;
            }
        }

        SumBuffer whole = parts.Combine(node, leaves.Length);
        float value = whole.Span[0];
        whole.Release();
        return value;
    }

    /// <summary>The definition: left + right, or left alone.</summary>
    private static float Tree(TreeNode node, float[] leaves) => node.Level == 0
        ? leaves[node.Index]
        : node.Right.FirstShard >= leaves.Length
            ? Tree(node.Left, leaves)
            : Tree(node.Left, leaves) + Tree(node.Right, leaves);
}
