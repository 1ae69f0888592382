using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Sums of some nodes that together cover one tree node, and their addition in tree order.</summary>
internal sealed class PartialNodes
{
    private readonly Part[][] _parts;
    private readonly int[] _counts;

    private record struct Part(int First, int End, SumBuffer Sums);

    /// <param name="lanes">Each adds to a list of its own, so that lanes need no lock.</param>
    public PartialNodes(int lanes)
    {
        _parts = [.. Enumerable.Range(0, lanes).Select(_ => new Part[PartsMax])];
        _counts = new int[lanes];
    }

    /// <summary>One past the last shard of the largest tree node that starts at <paramref name="from"/> and ends by <paramref name="to"/>.</summary>
    public static int EndOfMaximalNode(int from, int to)
    {
        int level = BitOperations.Log2((uint)(to - from));
        if (from != 0)
        {
            level = Math.Min(level, BitOperations.TrailingZeroCount(from));
        }

        return from + (1 << level);
    }

    /// <summary>Takes over the reference.</summary>
    public void Add(int lane, int first, int end, SumBuffer sums) =>
        _parts[lane][_counts[lane]++] = new Part(first, end, sums);

    /// <summary>The node's sum; every other vector is released. The parts must cover the node exactly.</summary>
    public SumBuffer Combine(TreeNode node, int shardCount)
    {
        Add(node, shardCount, 0, _parts[FirstLaneWithParts()][0].Sums.Length);
        return Take(node, shardCount);
    }

    /// <summary>The node's vector when every slice was added; every other vector is released.</summary>
    public SumBuffer Take(TreeNode node, int shardCount)
    {
        SumBuffer sums = Add(node, shardCount, 0, 0);
        for (int lane = 0; lane < _counts.Length; lane++)
        {
            for (int part = 0; part < _counts[lane]; part++)
            {
                if (_parts[lane][part].Sums != sums)
                {
                    _parts[lane][part].Sums.Release();
                }
            }
        }

        Array.Clear(_counts);
        return sums;
    }

    /// <summary>
    /// Adds floats [start, start + length) alone, into the vector that <see cref="Combine"/> will return. Slices that do not
    /// overlap may be added by several threads.
    /// </summary>
    public SumBuffer Add(TreeNode node, int shardCount, int start, int length)
    {
        if (Find(node.FirstShard, node.EndShard(shardCount)) is { } whole)
        {
            return whole;
        }

        SumBuffer left = Add(node.Left, shardCount, start, length);
        if (node.Right.FirstShard < shardCount)
        {
            SumBuffer right = Add(node.Right, shardCount, start, length);
            Span<float> sum = left.Span.Slice(start, length);
            TreeSum.Add(sum, right.Span.Slice(start, length), sum);
        }

        return left;
    }

    public void ReleaseAll()
    {
        for (int lane = 0; lane < _counts.Length; lane++)
        {
            for (int part = 0; part < _counts[lane]; part++)
            {
                _parts[lane][part].Sums.Release();
            }
        }

        Array.Clear(_counts);
    }

    private int FirstLaneWithParts() => Array.FindIndex(_counts, count => count > 0);

    private SumBuffer? Find(int first, int end)
    {
        for (int lane = 0; lane < _counts.Length; lane++)
        {
            for (int part = 0; part < _counts[lane]; part++)
            {
                if (_parts[lane][part].First == first && _parts[lane][part].End == end)
                {
                    return _parts[lane][part].Sums;
                }
            }
        }

        return null;
    }

    /// <summary>A range of shards has at most two maximal nodes a level.</summary>
    private const int PartsMax = 64;
}
