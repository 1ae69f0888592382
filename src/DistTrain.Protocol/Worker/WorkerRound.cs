using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>What a worker has to compute in the newest round that it was told of, and which weights it has for it.</summary>
/// <param name="computationsMax">Computations that may run at once: one for a worker, any number for an aggregator.</param>
internal sealed class WorkerRound(int computationsMax)
{
    private readonly Queue<TreeNode> _pending = new();
    private readonly List<TreeNode> _nodes = [];

    /// <summary>Computations whose results are wanted, and the buckets of each that were sent.</summary>
    private readonly Dictionary<TreeNode, HashSet<int>> _inHand = [];
    private bool[] _known = [];
    private bool[] _bucketsIn = [];
    private int _bucketsInCount;
    private WeightVersion? _weights;
    private WeightVersion? _weightsWhole;

    /// <summary>Computations that run, those of the past too.</summary>
    private int _running;
    private bool _isAbandoned;

    /// <summary>Weight buckets of the run.</summary>
    public int BucketCount { get; set; } = 1;

    public Round? Round { get; private set; }

    /// <summary>0 before the first.</summary>
    public RoundNumber Number => Round?.Number ?? default;

    /// <summary>A computation runs, and its result will be wanted.</summary>
    public bool IsComputingForNow => _inHand.Count > 0;

    public int ShardsLeft => Round is null
        ? 0
        : _pending.Concat(_inHand.Keys).Sum(node => TreeShape.Shards(node, Round.ShardCount).Count);

    /// <summary>Puts everything aside: connection and term are over. What runs, runs on for nobody.</summary>
    public void Forget()
    {
        Cancel();
        Round = null;
        _weights = null;
        _weightsWhole = null;
        _bucketsInCount = 0;
    }

    public void DropPending() => _pending.Clear();

    public void Cancel()
    {
        DropPending();
        _isAbandoned |= _inHand.Count > 0;
        _inHand.Clear();
    }

    /// <summary>Whether, since the last call, the result of a computation that runs ceased to be wanted.</summary>
    public bool TakeAbandoned()
    {
        bool isAbandoned = _isAbandoned;
        _isAbandoned = false;
        return isAbandoned;
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
    /// Notes a bucket of weights; an older version than the newest seen, or than the round's, is of no use. The version before
    /// stays usable until the newest is whole.
    /// </summary>
    /// <param name="isNew">Whether it is of use, and was not here before.</param>
    /// <returns>False: the run has no such bucket.</returns>
    public bool Note(WeightVersion version, int bucket, out bool isNew)
    {
        isNew = false;
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

        if (version.Value < Round?.Version.Value)
        {
            return true;
        }

        if (_weights is null || version.Value > _weights.Value.Value)
        {
            _weights = version;
            Array.Clear(_bucketsIn);
            _bucketsInCount = 0;
        }

        isNew = version == _weights && !_bucketsIn[bucket];
        if (isNew)
        {
            _bucketsIn[bucket] = true;
            _bucketsInCount++;
            _weightsWhole = _bucketsInCount == BucketCount ? version : _weightsWhole;
        }

        return true;
    }

    /// <summary>
    /// The next node to compute, if one is due and nothing else is in hand. Its weights are there, or may still come: they
    /// never do once a newer version was seen, which also shows that the round is over.
    /// </summary>
    public bool TryBegin(out TreeNode node)
    {
        node = default;
        bool canBegin = _running < computationsMax && Round is not null && _pending.Count > 0
            && (_weightsWhole == Round.Version || _weights is null || _weights.Value.Value <= Round.Version.Value);
        if (canBegin)
        {
            node = _pending.Dequeue();
            _inHand[node] = [];
            _running++;
        }

        return canBegin;
    }

    /// <summary>A computation ended.</summary>
    /// <returns>Whether its result is wanted.</returns>
    public bool EndComputation(Round round, TreeNode node)
    {
        _running = Math.Max(0, _running - 1);
        return round == Round && _inHand.Remove(node);
    }

    /// <summary>A computation ended in failure at this shard.</summary>
    /// <returns>Whether its result was wanted.</returns>
    public bool EndComputation(Round round, int shard)
    {
        foreach (TreeNode node in _inHand.Keys)
        {
            ShardRange shards = TreeShape.Shards(node, round.ShardCount);
            if (round == Round && shard >= shards.First && shard < shards.End)
            {
                return EndComputation(round, node);
            }
        }

        _running = Math.Max(0, _running - 1);
        return false;
    }

    /// <summary>Whether this bucket of that version is here: of the newest version seen, or of the newest whole one.</summary>
    public bool Holds(WeightVersion version, int bucket) =>
        version == _weightsWhole || (version == _weights && _bucketsIn[bucket]);

    /// <summary>Notes that a bucket of a node in hand is sent; false if it was before, or is not wanted.</summary>
    public bool NoteBucketSent(Round round, TreeNode node, int bucket) =>
        round == Round && _inHand.TryGetValue(node, out HashSet<int>? sent) && sent.Add(bucket);

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
