using System.Numerics;

namespace DistTrain.Numerics.Products;

/// <summary>
/// Segments' sums added in tree order by a binary counter: before segment s the stack has one partial sum for each set bit of
/// s; a finished segment is added to as many of them as s has trailing ones, the last segment to all.
/// </summary>
internal static class SegmentStack
{
    /// <summary>The most partial sums at a time, the chain under way among them.</summary>
    /// <param name="starts">First step of each segment, and the number of steps.</param>
    public static int DepthMost(ReadOnlySpan<int> starts) => BitOperations.Log2((uint)starts.Length) + 2;

    /// <summary>Partial sums before a segment.</summary>
    public static int Depth(int segment) => BitOperations.PopCount((uint)segment);

    /// <summary>Partial sums that a finished segment is added to, from the top.</summary>
    public static int Merges(int segment, bool isLast) =>
        isLast ? Depth(segment) : BitOperations.TrailingZeroCount(~segment);
}
