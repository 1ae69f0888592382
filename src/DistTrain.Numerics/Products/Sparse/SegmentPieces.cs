using System.Numerics;

namespace DistTrain.Numerics.Products;

/// <summary>Walks the pieces into which segments of k are cut, and says what becomes of each piece's chain.</summary>
/// <remarks>
/// The segments' sums are added in tree order by a binary counter: before segment s there is one partial sum for each set bit
/// of s; a finished segment is added to as many of them as s has trailing ones, the last segment to all. A piece that ends
/// within its segment leaves its chain on top of the partial sums, where the next piece goes on.
/// </remarks>
/// <param name="starts">First step of each segment, and the number of steps; at least one segment.</param>
/// <param name="most">Steps of the longest piece.</param>
internal ref struct SegmentPieces(ReadOnlySpan<int> starts, int most)
{
    private readonly ReadOnlySpan<int> _starts = starts;
    private int _segment;

    /// <summary>The piece's first step of k.</summary>
    public int First { get; private set; }

    /// <summary>Steps of k; 0 in an empty segment.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the chain goes on from the piece before; else it starts.</summary>
    public readonly bool Continues => First > _starts[_segment];

    /// <summary>Partial sums below this piece's chain.</summary>
    public readonly int Depth => BitOperations.PopCount((uint)_segment);

    /// <summary>Whether the product is complete with this piece.</summary>
    public readonly bool IsLast => _segment == _starts.Length - 2 && !IsCut;

    /// <summary>Partial sums to add when the piece is done, from the top.</summary>
    public readonly int Merges =>
        IsCut ? 0 : IsLast ? Depth : BitOperations.TrailingZeroCount(~_segment);

    private readonly bool IsCut => First + Count < _starts[_segment + 1];

    /// <summary>The most partial sums at a time, the chain under way among them.</summary>
    public static int DepthMost(ReadOnlySpan<int> starts) => BitOperations.Log2((uint)starts.Length) + 2;

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
        int next = First + Count;
        if (_isUnderWay)
        {
            if (!IsCut)
            {
                _segment++;
            }
        }

        _isUnderWay = true;
        if (_segment == _starts.Length - 1)
        {
            return false;
        }

        int length = _starts[_segment + 1] - _starts[_segment];
        First = next;
        Count = Math.Min(PanelPacking.Balanced(length, most, 1), _starts[_segment + 1] - next);
        return true;
    }

    private bool _isUnderWay;
}
