using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>left ← left + right, in slices. For one caller.</summary>
internal sealed class SumSlices(SliceCrew crew) : ISliceJob
{
    private SumView _left;
    private SumView _right;

    public void Add(SumView left, SumView right)
    {
        (_left, _right) = (left, right);
        crew.Run(this, (left.Length + SliceLength - 1) / SliceLength);
        (_left, _right) = (default, default);
    }

    public void RunSlice(int slice)
    {
        int start = slice * SliceLength;
        int length = Math.Min(SliceLength, _left.Length - start);
        Span<float> left = _left.Span.Slice(start, length);
        TreeSum.Add(left, _right.Span.Slice(start, length), left);
    }

    /// <summary>Floats; some ten microseconds of memory traffic.</summary>
    public const int SliceLength = 32 * 1024;
}
