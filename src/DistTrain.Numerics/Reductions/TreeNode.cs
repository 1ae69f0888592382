namespace DistTrain.Numerics;

/// <summary>
/// A node of the canonical reduction tree: it covers shards [Index·2^Level, (Index+1)·2^Level), cut off at the
/// number of shards. Its sum is left child + right child; where the right child covers no shard, the left sum.
/// </summary>
public readonly record struct TreeNode(int Level, int Index)
{
    public int FirstShard => Index << Level;

    public TreeNode Parent => new(Level + 1, Index >> 1);

    public TreeNode Left => new(Level - 1, Index << 1);

    public TreeNode Right => new(Level - 1, (Index << 1) | 1);

    public TreeNode Sibling => new(Level, Index ^ 1);

    public bool IsLeft => (Index & 1) == 0;

    public static TreeNode Leaf(int shard) => new(0, shard);

    /// <summary>One past the last shard covered in a tree of <paramref name="shardCount"/> leaves.</summary>
    public int EndShard(int shardCount) => (int)Math.Min((long)(Index + 1L) << Level, shardCount);

    public override string ToString() => $"({Level}, {Index})";
}
