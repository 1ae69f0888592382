using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>
/// Collects the sums of one bucket of one round and says which of them to add, so that the additions are those of the
/// canonical tree whatever arrives, in whatever order and however often.
/// </summary>
/// <remarks>
/// Theory. A node's sum is determined by round, bucket and node alone (equal work gives equal bits), so any copy of it may
/// be used. Stored nodes never overlap and never lie beside each other as siblings:
/// <list type="bullet">
/// <item>a sum whose node, or an ancestor of it, is stored tells nothing new: released;</item>
/// <item>stored nodes below an arriving one are parts of it: released;</item>
/// <item>where the sibling is stored, left ← left + right and the sum moves to the parent;</item>
/// <item>where the sibling covers no shard, the sum is the parent's.</item>
/// </list>
/// So at most one sum per shard is held, and the root is stored exactly when all shards are covered. When a node's
/// sum is taken, its shards stay covered: what comes later still tells nothing new.
/// It knows nothing of workers, floats or time.
/// </remarks>
public sealed class ReductionTree
{
    /// <summary>Heap order: the root at 1, the children of i at 2i and 2i + 1. Handle + 1; 0 is empty, −1 was taken.</summary>
    private int[] _stored = [];
    private int _rootLevel;

    public ReductionTree(int shardCount) => Reset(shardCount);

    public int ShardCount { get; private set; }

    public TreeNode Root => new(_rootLevel, 0);

    /// <summary>The sum over all shards, once it is there and until it is taken.</summary>
    public SumHandle? RootSum => _stored[1] is 0 or Taken ? null : new SumHandle(_stored[1] - 1);

    /// <summary>Empties the tree for another round without telling anybody about handles still in it.</summary>
    public void Reset(int shardCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shardCount, MessageLimits.ShardsMax);
        ShardCount = shardCount;
        _rootLevel = TreeShape.RootLevel(shardCount);
        int size = 2 << _rootLevel;
        if (_stored.Length == size)
        {
            Array.Clear(_stored);
        }
        else
        {
            _stored = new int[size];
        }
    }

    /// <summary>Whether a stored sum contains this shard.</summary>
    public bool Covers(int shard) => CoversPosition((1 << _rootLevel) + shard);

    /// <summary>Whether a sum of this node would tell nothing new.</summary>
    public bool Covers(TreeNode node) => CoversPosition(PositionOf(node));

    /// <summary>Takes over a sum.</summary>
    /// <param name="node">A node of this tree (<see cref="TreeShape.Contains"/>).</param>
    /// <param name="bucket">Named in the effects; the tree itself is one bucket's.</param>
    /// <param name="effects">Receives the Adds and Releases, in the order in which they must be done.</param>
    /// <returns>The node whose sum is stored now; null: the sum told nothing new.</returns>
    public TreeNode? Insert(TreeNode node, SumHandle sum, int bucket, ICollection<CoordinatorEffect> effects)
    {
        if (!TreeShape.Contains(node, ShardCount))
        {
            throw new ArgumentOutOfRangeException(nameof(node), node, $"no node of a tree over {ShardCount} shards");
        }

        int position = PositionOf(node);
        if (CoversPosition(position))
        {
            effects.Add(new CoordinatorEffect.Release(sum));
            return null;
        }

        ReleaseBelow(position, effects);
        while (position > 1)
        {
            int sibling = position ^ 1;
            if (FirstShard(sibling) < ShardCount)
            {
                if (_stored[sibling] is 0 or Taken)
                {
                    break;
                }

                SumHandle other = new(_stored[sibling] - 1);
                (SumHandle left, SumHandle right) = (position & 1) == 0 ? (sum, other) : (other, sum);
                effects.Add(new CoordinatorEffect.Add(bucket, left, right));
                _stored[sibling] = 0;
                sum = left;
            }

            position >>= 1;
        }

        _stored[position] = sum.Value + 1;
        int depth = BitOperations.Log2((uint)position);
        return new TreeNode(_rootLevel - depth, position - (1 << depth));
    }

    /// <summary>Hands out the sum over all shards; the tree holds nothing from now on, and covers every shard.</summary>
    /// <exception cref="InvalidOperationException">It is not complete, or was taken before.</exception>
    public SumHandle TakeRoot() => Take(Root);

    /// <summary>Hands out a node's sum; its shards stay covered, and it does not grow any more.</summary>
    /// <exception cref="InvalidOperationException">It is not stored, or was taken before.</exception>
    public SumHandle Take(TreeNode node)
    {
        int position = PositionOf(node);
        if (_stored[position] is 0 or Taken)
        {
            throw new InvalidOperationException($"there is no sum of {node} to take");
        }

        SumHandle sum = new(_stored[position] - 1);
        _stored[position] = Taken;
        return sum;
    }

    /// <summary>Gives every stored sum back.</summary>
    public void ReleaseAll(ICollection<CoordinatorEffect> effects)
    {
        for (int position = 1; position < _stored.Length; position++)
        {
            ReleaseAt(position, effects);
        }
    }

    private int PositionOf(TreeNode node) => (1 << (_rootLevel - node.Level)) + node.Index;

    private bool CoversPosition(int position)
    {
        for (; position > 0; position >>= 1)
        {
            if (_stored[position] != 0)
            {
                return true;
            }
        }

        return false;
    }

    private int FirstShard(int position)
    {
        int depth = BitOperations.Log2((uint)position);
        return (position - (1 << depth)) << (_rootLevel - depth);
    }

    private void ReleaseBelow(int position, ICollection<CoordinatorEffect> effects)
    {
        int width = 1;
        for (int first = position * 2; first < _stored.Length; first *= 2)
        {
            width *= 2;
            for (int below = first; below < first + width; below++)
            {
                ReleaseAt(below, effects);
            }
        }
    }

    private void ReleaseAt(int position, ICollection<CoordinatorEffect> effects)
    {
        if (_stored[position] is not (0 or Taken))
        {
            effects.Add(new CoordinatorEffect.Release(new SumHandle(_stored[position] - 1)));
            _stored[position] = 0;
        }
    }

    private const int Taken = -1;
}
