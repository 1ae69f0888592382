using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// Who computes how much of a round, and how many sums travel: the protocol's own division of shards, made for equal workers
/// on every level of a fan-in tree.
/// </summary>
internal sealed class WorkShares
{
    private readonly List<TreeNode> _nodes = [];
    private readonly int _shards;
    private readonly int[] _sumsAtLevel;
    private readonly List<IReadOnlyList<int>> _workers = [];

    public WorkShares(FanInTree tree, int shards)
    {
        _shards = shards;
        _sumsAtLevel = new int[tree.Levels.Length + 1];
        SumsPerParentMax = new int[tree.Levels.Length + 1];
        SumsPerNodeMax = new int[tree.Levels.Length + 1];
        Divide(tree, 0, 0, new ShardRange(0, shards));
        BusiestWorker = _workers.MaxBy(nodes => (nodes.Sum(), nodes.Count))!;
    }

    /// <summary>Rows' shards of each tree node that the busiest worker computes, in order.</summary>
    public IReadOnlyList<int> BusiestWorker { get; }

    /// <summary>The same of every worker.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Workers => _workers;

    /// <summary>By level: sums of one bucket that arrive at the node above that gets the most.</summary>
    public int[] SumsPerParentMax { get; }

    /// <summary>By level: sums of one bucket that the node with the most sends up.</summary>
    public int[] SumsPerNodeMax { get; }

    /// <summary>By level: sums of one bucket that travel in all.</summary>
    public IReadOnlyList<int> SumsAtLevel => _sumsAtLevel;

    private void Divide(FanInTree tree, int level, int parent, ShardRange range)
    {
        int first = FirstChild(tree, level, parent);
        int children = tree.ChildrenOf(level, parent);
        double[] speeds = new double[children];
        for (int i = 0; i < children; i++)
        {
            speeds[i] = WorkersBelow(tree, level, first + i);
        }

        int[] counts = ShardAssignment.Split(range.Count, speeds, new int[children]);
        ShardAssignment.AlignBorders(counts, speeds, range.First);
        int sums = 0;
        int start = range.First;
        for (int i = 0; i < children; i++)
        {
            var share = new ShardRange(start, counts[i]);
            start += counts[i];
            _nodes.Clear();
            TreeShape.AddMaximalNodes(share, _shards, _nodes);
            sums += _nodes.Count;
            SumsPerNodeMax[level] = Math.Max(SumsPerNodeMax[level], _nodes.Count);
            if (level < tree.Levels.Length)
            {
                Divide(tree, level + 1, first + i, share);
            }
            else
            {
                _workers.Add([.. _nodes.Select(node => TreeShape.Shards(node, _shards).Count)]);
            }
        }

        _sumsAtLevel[level] += sums;
        SumsPerParentMax[level] = Math.Max(SumsPerParentMax[level], sums);
    }

    private static int FirstChild(FanInTree tree, int level, int parent)
    {
        int parents = level == 0 ? 1 : tree.Levels[level - 1];
        return (int)((((long)parent * tree.NodesAt(level)) + parents - 1) / parents);
    }

    private static int WorkersBelow(FanInTree tree, int level, int index)
    {
        int workers = 0;
        if (level == tree.Levels.Length)
        {
            return 1;
        }

        int first = FirstChild(tree, level + 1, index);
        for (int child = first; child < first + tree.ChildrenOf(level + 1, index); child++)
        {
            workers += WorkersBelow(tree, level + 1, child);
        }

        return workers;
    }
}
