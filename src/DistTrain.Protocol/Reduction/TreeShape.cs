using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>The canonical reduction tree over a number of shards: which nodes it has and which of them a range is made of.</summary>
public static class TreeShape
{
    /// <summary>The root's level: the smallest L with 2^L ≥ <paramref name="shardCount"/>.</summary>
    public static int RootLevel(int shardCount)
    {
        int level = 0;
        while ((1L << level) < shardCount)
        {
            level++;
        }

        return level;
    }

    /// <summary>Whether the tree has such a node; for numbers that come from a peer.</summary>
    public static bool Contains(TreeNode node, int shardCount)
    {
        int rootLevel = RootLevel(shardCount);
        return node.Level >= 0 && node.Level <= rootLevel
            && node.Index >= 0 && node.Index < 1L << (rootLevel - node.Level)
            && (long)node.Index << node.Level < shardCount;
    }

    /// <summary>The shards that a node covers.</summary>
    public static ShardRange Shards(TreeNode node, int shardCount) =>
        new(node.FirstShard, node.EndShard(shardCount) - node.FirstShard);

    /// <summary>
    /// Adds the maximal nodes inside a range, in shard order: the fewest sums that say all about it. At most 2·log₂ S.
    /// </summary>
    public static void AddMaximalNodes(ShardRange range, int shardCount, ICollection<TreeNode> nodes)
    {
        int rootLevel = RootLevel(shardCount);
        int shard = range.First;
        while (shard < range.End)
        {
            TreeNode node = TreeNode.Leaf(shard);
            while (node.Level < rootLevel && node.IsLeft && node.Parent.EndShard(shardCount) <= range.End)
            {
                node = node.Parent;
            }

            nodes.Add(node);
            shard = node.EndShard(shardCount);
        }
    }
}
