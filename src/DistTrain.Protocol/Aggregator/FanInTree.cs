using System.Collections.Immutable;

namespace DistTrain.Protocol;

/// <summary>
/// The levels of nodes between a coordinator and its workers, so that nobody has more than a given number of children. A
/// pure function of two numbers, the same for the engines that build it and the planner that weighs it.
/// </summary>
/// <remarks>
/// The nodes of one level are spread over those above as evenly as whole nodes allow, in order; so every level but the
/// top has as few nodes as the bound allows, and the depth is ⌈log_fanIn workers⌉ − 1.
/// </remarks>
public sealed class FanInTree
{
    private FanInTree(int workers, int fanIn, ImmutableArray<int> levels)
    {
        Workers = workers;
        FanIn = fanIn;
        Levels = levels;
    }

    public int Workers { get; }

    /// <summary>The most children of a node; 0: no bound, so no aggregators.</summary>
    public int FanIn { get; }

    /// <summary>Aggregators of each level, from the one below the coordinator down to the one above the workers; empty: none.</summary>
    public ImmutableArray<int> Levels { get; }

    public int Aggregators => Levels.Sum();

    /// <summary>Nodes joined to the coordinator itself.</summary>
    public int CoordinatorChildren => Levels.IsEmpty ? Workers : Levels[0];

    /// <param name="workers">1 or more.</param>
    /// <param name="fanIn">0 for none, else 2 or more.</param>
    public static FanInTree For(int workers, int fanIn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(fanIn);
        ArgumentOutOfRangeException.ThrowIfEqual(fanIn, 1);
        var levels = new List<int>();
        for (int below = workers; fanIn > 0 && below > fanIn;)
        {
            below = (below + fanIn - 1) / fanIn;
            levels.Insert(0, below);
        }

        return new FanInTree(workers, fanIn, [.. levels]);
    }

    /// <summary>Nodes of a level; the level after the last are the workers.</summary>
    public int NodesAt(int level) => level == Levels.Length ? Workers : Levels[level];

    /// <summary>The most children that a node above a level has: the coordinator for level 0.</summary>
    public int ChildrenMax(int level)
    {
        int parents = level == 0 ? 1 : Levels[level - 1];
        return (NodesAt(level) + parents - 1) / parents;
    }

    /// <summary>The node of the level above that a node belongs to; level 0 belongs to the coordinator, whose index is 0.</summary>
    public int ParentOf(int level, int index) =>
        level == 0 ? 0 : (int)((long)index * Levels[level - 1] / NodesAt(level));

    /// <summary>Children of one node of the level above.</summary>
    public int ChildrenOf(int level, int parent)
    {
        int parents = level == 0 ? 1 : Levels[level - 1];
        long nodes = NodesAt(level);
        return (int)(FirstChild(parent + 1) - FirstChild(parent));

        long FirstChild(long of) => ((of * nodes) + parents - 1) / parents;
    }
}
