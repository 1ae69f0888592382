using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What a worker has to compute in the newest round that it was told of, and whether it has the weights for it.</summary>
internal sealed class WorkerRound
{
    private readonly Queue<TreeNode> _pending = new();
    private readonly List<TreeNode> _nodes = [];
    private readonly HashSet<int> _bucketsSent = [];
    private bool[] _known = [];
    private bool[] _bucketsIn = [];
    private int _bucketsInCount;
    private WeightVersion? _weights;
    private WeightVersion? _weightsWhole;
    private bool _isComputing;
    private TreeNode _inHand;

    /// <summary>Weight buckets of the run.</summary>
    public int BucketCount { get; set; } = 1;

    public Round? Round { get; private set; }

    /// <summary>0 before the first.</summary>
    public RoundNumber Number => Round?.Number ?? default;

    /// <summary>A computation runs, and its result will be wanted.</summary>
    public bool IsComputingForNow { get; private set; }

    public int ShardsLeft => Round is null
        ? 0
        : _pending.Sum(node => TreeShape.Shards(node, Round.ShardCount).Count)
            + (IsComputingForNow ? TreeShape.Shards(_inHand, Round.ShardCount).Count : 0);

    /// <summary>Puts everything aside: connection and term are over. What runs, runs on for nobody.</summary>
    public void Forget()
    {
        DropPending();
        IsComputingForNow = false;
        Round = null;
        _weights = null;
        _weightsWhole = null;
        _bucketsInCount = 0;
    }

    public void DropPending() => _pending.Clear();

    public void Cancel()
    {
        DropPending();
        IsComputingForNow = false;
    }

    /// <summary>Takes an assignment; shards that were given before in this round are not taken twice.</summary>
    /// <returns>What is wrong with it; null if nothing.</returns>
    public string? Take(Round round, IReadOnlyList<ShardRange> ranges)
    {
        if (round.Number.Value < Number.Value)
        {
            return null;
        }

        if (round.Number == Number && round != Round)
        {
            return $"round {round.Number.Value} was described in two ways";
        }

        if (round.ShardCount is < 1 or > MessageLimits.ShardsMax
            || ranges.Any(range => range.First < 0 || range.Count < 1 || range.Count > round.ShardCount - range.First))
        {
            return $"a range of shards does not lie within the {round.ShardCount} of round {round.Number.Value}";
        }

        if (round.Number != Number)
        {
            Cancel();
            Round = round;
            _known = _known.Length == round.ShardCount ? _known : new bool[round.ShardCount];
            Array.Clear(_known);
        }

        foreach (ShardRange range in ranges)
        {
            TakeUnknown(range, round.ShardCount);
        }

        return null;
    }

    /// <summary>
    /// Notes a bucket of weights; an older version than the newest seen is of no use. The version before stays usable until
    /// the newest is whole.
    /// </summary>
    public bool Note(WeightVersion version, int bucket)
    {
        if (bucket < 0 || bucket >= BucketCount)
        {
            return false;
        }

        if (_bucketsIn.Length != BucketCount)
        {
            _bucketsIn = new bool[BucketCount];
            _weights = null;
            _weightsWhole = null;
        }

        if (_weights is null || version.Value > _weights.Value.Value)
        {
            _weights = version;
            Array.Clear(_bucketsIn);
            _bucketsInCount = 0;
        }

        if (version == _weights && !_bucketsIn[bucket])
        {
            _bucketsIn[bucket] = true;
            _bucketsInCount++;
            _weightsWhole = _bucketsInCount == BucketCount ? version : _weightsWhole;
        }

        return true;
    }

    /// <summary>The next node to compute, if one is due, its weights are there and nothing else is in hand.</summary>
    /// <param name="torn">For the canary: one bucket is enough.</param>
    public bool TryBegin(bool torn, out TreeNode node)
    {
        node = default;
        bool canBegin = !_isComputing && Round is not null && _pending.Count > 0
            && (_weightsWhole == Round.Version || (torn && _weights == Round.Version));
        if (canBegin)
        {
            node = _pending.Dequeue();
            _inHand = node;
            _isComputing = true;
            _bucketsSent.Clear();
            IsComputingForNow = true;
        }

        return canBegin;
    }

    /// <summary>The computation ended; whether its result is wanted.</summary>
    public bool EndComputation()
    {
        bool isWanted = IsComputingForNow;
        _isComputing = false;
        IsComputingForNow = false;
        return isWanted;
    }

    /// <summary>Notes that a bucket of the node in hand is sent; false if it was before.</summary>
    public bool NoteBucketSent(int bucket) => _bucketsSent.Add(bucket);

    private void TakeUnknown(ShardRange range, int shardCount)
    {
        _nodes.Clear();
        int first = range.First;
        for (int shard = range.First; shard <= range.End; shard++)
        {
            if (shard == range.End || _known[shard])
            {
                if (shard > first)
                {
                    TreeShape.AddMaximalNodes(new ShardRange(first, shard - first), shardCount, _nodes);
                }

                first = shard + 1;
            }
            else
            {
                _known[shard] = true;
            }
        }

        foreach (TreeNode node in _nodes)
        {
            _pending.Enqueue(node);
        }
    }
}
