using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What of the round in hand is in: a reduction tree per bucket, and which shards are complete.</summary>
internal sealed class RoundProgress
{
    private readonly List<ReductionTree> _trees = [];
    private int[] _bucketsIn = [];

    /// <summary>Nodes whose sums are to be made here.</summary>
    private readonly HashSet<TreeNode> _wanted = [];
    private bool[] _isWanted = [];
    private bool[] _beginsNode = [];

    /// <summary>Buckets of sums in this round.</summary>
    public int Buckets { get; private set; }

    public int Shards { get; private set; }

    public int ShardsDone { get; private set; }

    /// <summary>Shards of the round that are to be computed here.</summary>
    public int ShardsWanted { get; private set; }

    public bool IsComplete => ShardsDone == Shards;

    public void Begin(Round round, int trainBuckets)
    {
        Buckets = round.SumBuckets(trainBuckets);
        Shards = round.ShardCount;
        ShardsDone = 0;
        _bucketsIn = _bucketsIn.Length == Shards ? _bucketsIn : new int[Shards];
        Array.Clear(_bucketsIn);
        ShardsWanted = 0;
        _wanted.Clear();
        _isWanted = _isWanted.Length == Shards ? _isWanted : new bool[Shards];
        _beginsNode = _beginsNode.Length == Shards ? _beginsNode : new bool[Shards];
        Array.Clear(_isWanted);
        Array.Clear(_beginsNode);
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

    public bool IsWanted(int shard) => _isWanted[shard];

    /// <summary>A node that is wanted begins here: no range that is given to a worker goes across, or its sums would too.</summary>
    public bool BeginsNode(int shard) => _beginsNode[shard];

    /// <summary>This node's sums are to be made here. Wanted nodes do not overlap.</summary>
    public void Want(TreeNode node)
    {
        ShardRange shards = TreeShape.Shards(node, Shards);
        _wanted.Add(node);
        _isWanted.AsSpan(shards.First, shards.Count).Fill(true);
        _beginsNode[shards.First] = true;
        if (shards.End < Shards)
        {
            _beginsNode[shards.End] = true;
        }

        ShardsWanted += shards.Count;
    }

    /// <summary>Work on the sums that are in.</summary>
    public BucketWork Work { get; } = new();

    /// <summary>Takes over a sum of the round in hand: notes the work that it makes, or gives it back at once.</summary>
    public void Insert(int bucket, TreeNode node, SumHandle sum, ICollection<CoordinatorEffect> effects)
    {
        ReductionTree tree = _trees[bucket];
        if (tree.Covers(node))
        {
            effects.Add(new CoordinatorEffect.Release(sum));
            return;
        }

        int end = node.EndShard(Shards);
        for (int shard = node.FirstShard; shard < end; shard++)
        {
            if (!tree.Covers(shard) && ++_bucketsIn[shard] == Buckets)
            {
                ShardsDone++;
            }
        }

        if (tree.Insert(node, sum, bucket, Work.Of(bucket)) is TreeNode grown && _wanted.Contains(grown))
        {
            Work.NoteWhole(bucket, grown, tree.Take(grown));
        }
    }

    public void ReleaseAll(ICollection<CoordinatorEffect> effects)
    {
        Work.ReleaseAll(effects);
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            _trees[bucket].ReleaseAll(effects);
        }
    }
}
