using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What of the round in hand is in: a reduction tree per bucket, and which shards are complete.</summary>
internal sealed class RoundProgress
{
    private readonly List<ReductionTree> _trees = [];
    private int[] _bucketsIn = [];

    /// <summary>Buckets of sums in this round.</summary>
    public int Buckets { get; private set; }

    public int Shards { get; private set; }

    public int ShardsDone { get; private set; }

    public bool IsComplete => ShardsDone == Shards;

    public void Begin(Round round, int trainBuckets)
    {
        Buckets = round.SumBuckets(trainBuckets);
        Shards = round.ShardCount;
        ShardsDone = 0;
        _bucketsIn = _bucketsIn.Length == Shards ? _bucketsIn : new int[Shards];
        Array.Clear(_bucketsIn);
        while (_trees.Count < Buckets)
        {
            _trees.Add(new ReductionTree(Shards));
        }

        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            _trees[bucket].Reset(Shards);
        }
    }

    /// <summary>Whether the shard's sums of all buckets are in.</summary>
    public bool IsDone(int shard) => _bucketsIn[shard] == Buckets;

    /// <summary>Takes over a sum of the round in hand.</summary>
    /// <returns>The bucket's sum over all shards where this one completed it; it is the caller's then. Else null.</returns>
    public SumHandle? Insert(int bucket, TreeNode node, SumHandle sum, ICollection<CoordinatorEffect> effects)
    {
        ReductionTree tree = _trees[bucket];
        int end = node.EndShard(Shards);
        for (int shard = node.FirstShard; shard < end; shard++)
        {
            if (!tree.Covers(shard) && ++_bucketsIn[shard] == Buckets)
            {
                ShardsDone++;
            }
        }

        tree.Insert(node, sum, bucket, effects);
        return tree.RootSum is null ? null : tree.TakeRoot();
    }

    public void ReleaseAll(ICollection<CoordinatorEffect> effects)
    {
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            _trees[bucket].ReleaseAll(effects);
        }
    }
}
