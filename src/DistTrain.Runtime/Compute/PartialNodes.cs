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
        SumBuffer sums = Take(node, shardCount);
        Array.Clear(_counts);
        return sums;
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

    private SumBuffer Take(TreeNode node, int shardCount)
    {
        if (Find(node.FirstShard, node.EndShard(shardCount)) is { } whole)
        {
            return whole;
        }

        SumBuffer left = Take(node.Left, shardCount);
        if (node.Right.FirstShard >= shardCount)
        {
            return left;
        }

        SumBuffer right = Take(node.Right, shardCount);
        TreeSum.Add(left.Span, right.Span, left.Span);
        right.Release();
        return left;
    }

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
