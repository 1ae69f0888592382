using System.Globalization;
using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

/// <summary>A shell whose "floats" are texts, so that a result shows which additions made it, in which order.</summary>
internal sealed class SymbolicSums
{
    private readonly Dictionary<SumHandle, string> _sums = [];
    private int _next;

    public int Count => _sums.Count;

    public string this[SumHandle sum] => _sums[sum];

    /// <summary>What the canonical tree gives for a node: "3" for a shard, "(left+right)" above.</summary>
    public static string Canonical(TreeNode node, int shardCount)
    {
        if (node.Level == 0)
        {
            return node.Index.ToString(CultureInfo.InvariantCulture);
        }

        string left = Canonical(node.Left, shardCount);
        return node.Right.FirstShard >= shardCount ? left : $"({left}+{Canonical(node.Right, shardCount)})";
    }

    public SumHandle Compute(TreeNode node, int shardCount)
    {
        SumHandle sum = new(_next++);
        _sums.Add(sum, Canonical(node, shardCount));
        return sum;
    }

    public void Perform(IEnumerable<CoordinatorEffect> effects)
    {
        foreach (CoordinatorEffect effect in effects)
        {
            switch (effect)
            {
                case CoordinatorEffect.Add add:
                    _sums[add.Left] = $"({_sums[add.Left]}+{_sums[add.Right]})";
                    Assert.True(_sums.Remove(add.Right));
                    break;
                case CoordinatorEffect.Release release:
                    Assert.True(_sums.Remove(release.Sum));
                    break;
            }
        }
    }
}
