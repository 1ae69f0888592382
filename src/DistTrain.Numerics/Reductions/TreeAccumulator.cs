namespace DistTrain.Numerics;

/// <summary>
/// Adds leaves that come one after the other along the canonical tree, keeping one partial sum per level instead of
/// every leaf.
/// </summary>
/// <remarks>
/// A binary counter: after i leaves, level l holds a finished subtree of 2^l leaves where bit l of i is set. A new leaf
/// carries upward through the set bits; at the end the open subtrees are added from the smallest (rightmost) up, each
/// as the right part of the next larger. That is the tree over the leaves' indices, for any number of leaves.
/// Buffers are made on first use of a level and then stay: steady use allocates nothing.
/// </remarks>
public sealed class TreeAccumulator : IDisposable
{
    private readonly AlignedBuffer?[] _levels = new AlignedBuffer?[32];
    private readonly int _length;
    private AlignedBuffer? _open;
    private bool _leafBegan;
    private uint _leafCount;

    /// <param name="length">Floats of a leaf.</param>
    public TreeAccumulator(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _length = length;
    }

    /// <summary>Leaves taken since the last <see cref="Finish"/>.</summary>
    public int LeafCount => (int)_leafCount;

    /// <summary>Where to write the next leaf, shape (length,), content undefined; then call <see cref="EndLeaf"/>.</summary>
    public Span<float> BeginLeaf()
    {
        _leafBegan = true;
        return (_open ??= new AlignedBuffer(_length)).Span;
    }

    /// <summary>Takes what was written since <see cref="BeginLeaf"/> as the next leaf.</summary>
    public void EndLeaf()
    {
        if (!_leafBegan)
        {
            throw new InvalidOperationException("a leaf ends that never began: call BeginLeaf first");
        }

        Span<float> sum = _open!.Span;
        int level = 0;
        for (; HoldsSubtree(level); level++)
        {
            TreeSum.Add(_levels[level]!.Span, sum, sum);
        }

        // What lay unused at that level becomes the place of the next leaf.
        (_levels[level], _open) = (_open, _levels[level]);
        _leafBegan = false;
        _leafCount++;
    }

    /// <summary>Adds a leaf by copying it.</summary>
    /// <param name="leaf">Shape (length,).</param>
    public void Add(ReadOnlySpan<float> leaf)
    {
        leaf.CopyTo(BeginLeaf());
        EndLeaf();
    }

    /// <summary>Writes the tree's sum (+0 without leaves) and starts anew.</summary>
    /// <param name="sum">Shape (length,).</param>
    public void Finish(Span<float> sum)
    {
        bool isFirst = true;
        for (int level = 0; level < _levels.Length; level++)
        {
            if (!HoldsSubtree(level))
            {
                continue;
            }

            ReadOnlySpan<float> subtree = _levels[level]!.Span;
            if (isFirst)
            {
                subtree.CopyTo(sum);
            }
            else
            {
                TreeSum.Add(subtree, sum, sum);
            }

            isFirst = false;
        }

        if (isFirst)
        {
            sum.Clear();
        }

        _leafCount = 0;
    }

    public void Dispose()
    {
        _open?.Dispose();
        foreach (AlignedBuffer? level in _levels)
        {
            level?.Dispose();
        }
    }

    private bool HoldsSubtree(int level) => ((_leafCount >> level) & 1) != 0;
}
