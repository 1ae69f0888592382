namespace DistTrain.Numerics.Products;

/// <summary>Walks the pieces into which segments of k are cut, and says what becomes of each piece's chain.</summary>
/// <remarks>
/// A piece that ends its segment is added as <see cref="SegmentStack"/> says. One that ends within it leaves its chain on top
/// of the partial sums, where the next piece goes on.
/// </remarks>
/// <param name="starts">First step of each segment, and the number of steps; at least one segment.</param>
/// <param name="most">Steps of the longest piece.</param>
internal ref struct SegmentPieces(ReadOnlySpan<int> starts, int most)
{
    private readonly ReadOnlySpan<int> _starts = starts;
    private int _segment = -1;

    /// <summary>The piece's first step of k.</summary>
    public int First { get; private set; }

    /// <summary>Steps of k; 0 in an empty segment.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the chain goes on from the piece before; else it starts.</summary>
    public readonly bool Continues => First > _starts[_segment];

    /// <summary>Partial sums below this piece's chain.</summary>
    public readonly int Depth => SegmentStack.Depth(_segment);

    /// <summary>Whether the product is complete with this piece.</summary>
    public readonly bool IsLast => _segment == _starts.Length - 2 && !IsCut;

    /// <summary>Partial sums to add when the piece is done, from the top.</summary>
    public readonly int Merges => IsCut ? 0 : SegmentStack.Merges(_segment, IsLast);

    private readonly bool IsCut => First + Count < _starts[_segment + 1];

    /// <summary>How many pieces there are.</summary>
    public static int CountOf(ReadOnlySpan<int> starts, int most)
    {
        int count = 0;
        var pieces = new SegmentPieces(starts, most);
        while (pieces.MoveNext())
        {
            count++;
        }

        return count;
    }

    public bool MoveNext()
    {
        First += Count;
        if (_segment < 0 || First == _starts[_segment + 1])
        {
            _segment++;
        }

        if (_segment == _starts.Length - 1)
        {
            return false;
        }

        int length = _starts[_segment + 1] - _starts[_segment];
        Count = Math.Min(PanelPacking.Balanced(length, most, 1), _starts[_segment + 1] - First);
        return true;
    }
}
