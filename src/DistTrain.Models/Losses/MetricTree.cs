using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>Adds the four metrics of shard after shard along the canonical tree: a binary counter over the leaves.</summary>
/// <param name="levels">Scratch for <see cref="LevelsMax"/> subtrees.</param>
internal ref struct MetricTree(Span<Vector128<float>> levels)
{
    public const int LevelsMax = 32;

    private readonly Span<Vector128<float>> _levels = levels;
    private uint _leafCount;

    public void Add(Vector128<float> leaf)
    {
        int level = 0;
        for (; (_leafCount >> level & 1) != 0; level++)
        {
            leaf = _levels[level] + leaf;
        }

        _levels[level] = leaf;
        _leafCount++;
    }

    /// <returns>The sum over all leaves; +0 without any.</returns>
    public readonly Vector128<float> Finish()
    {
        int level = System.Numerics.BitOperations.TrailingZeroCount(_leafCount);
        if (level == LevelsMax)
        {
            return default;
        }

        Vector128<float> sum = _levels[level];
        for (level++; level < LevelsMax; level++)
        {
            if ((_leafCount >> level & 1) != 0)
            {
                sum = _levels[level] + sum;
            }
        }

        return sum;
    }
}
