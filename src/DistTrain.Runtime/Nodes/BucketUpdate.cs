using System.Diagnostics;
using System.Runtime.CompilerServices;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>
/// Makes one bucket of the next weights: the last addition of the tree, the search for values that are not finite, and the
/// optimizer in one pass over memory, chunk by chunk in the first caches, in slices on several threads. For one caller.
/// </summary>
internal sealed class BucketUpdate(WeightUpdate update, SliceCrew crew) : ISliceJob
{
    private readonly Dictionary<int, StreamingChoice> _choices = [];
    private long _step;
    private float _clipFactor;
    private WeightBuffer? _current;
    private WeightBuffer? _next;
    private int _start;
    private int _length;
    private SumView _left;
    private SumView? _right;
    private int _defectAt;
    private bool _isStreamed;

    /// <param name="start">First weight of the bucket.</param>
    /// <param name="length">Weights; the sums may be longer.</param>
    /// <param name="left">The gradient, or its left part. Only read.</param>
    /// <param name="right">Added to it; null: nothing. Only read.</param>
    /// <returns>Position in the bucket of the first value that is not finite; −1: all are.</returns>
    public int Run(
        long step, float clipFactor, WeightBuffer current, WeightBuffer next, int start, int length, SumView left, SumView? right)
    {
        (_step, _clipFactor, _current, _next) = (step, clipFactor, current, next);
        (_start, _length, _left, _right) = (start, length, left, right);
        _defectAt = int.MaxValue;
        StreamingChoice? choice = length < StreamedLeast ? null : ChoiceOf(start);
        _isStreamed = choice is { IsStreamed: true };
        long startedAt = Stopwatch.GetTimestamp();
        crew.Run(this, (length + SumSlices.SliceLength - 1) / SumSlices.SliceLength);
        choice?.Record(Stopwatch.GetTimestamp() - startedAt);
        (_current, _next, _left, _right) = (null, null, default, null);
        return _defectAt == int.MaxValue ? -1 : _defectAt;
    }

    /// <summary>The value at a position of the bucket, as <see cref="Run"/> saw it.</summary>
    public static float ValueAt(int position, SumView left, SumView? right) =>
        right is { } addend ? left.Span[position] + addend.Span[position] : left.Span[position];

    [SkipLocalsInit]
    public void RunSlice(int slice)
    {
        Span<float> sum = stackalloc float[ChunkLength];
        int end = Math.Min(_length, (slice + 1) * SumSlices.SliceLength);
        for (int done = slice * SumSlices.SliceLength; done < end; done += ChunkLength)
        {
            int length = Math.Min(ChunkLength, end - done);
            scoped ReadOnlySpan<float> chunk = _left.Span.Slice(done, length);
            if (_right is { } right)
            {
                TreeSum.Add(chunk, right.Span.Slice(done, length), sum[..length]);
                chunk = sum[..length];
            }

            int defect = Elementwise.FirstNonFinite(chunk);
            if (defect >= 0)
            {
                NoteDefect(done + defect);
                return;
            }

            update.ApplyNext(_step, _clipFactor, _current!.Span, _next!.Span, _start + done, chunk, _isStreamed);
        }

        if (_isStreamed)
        {
            StreamedCopy.Publish();
        }
    }

    private StreamingChoice ChoiceOf(int bucketStart)
    {
        if (!_choices.TryGetValue(bucketStart, out StreamingChoice? choice))
        {
            choice = new StreamingChoice();
            _choices.Add(bucketStart, choice);
        }

        return choice;
    }

    /// <summary>The first one counts, whichever thread comes first.</summary>
    private void NoteDefect(int position)
    {
        int seen = Volatile.Read(ref _defectAt);
        while (position < seen)
        {
            int before = Interlocked.CompareExchange(ref _defectAt, position, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>Floats, 256 KiB: shorter buckets are in the caches when they are read again.</summary>
    private const int StreamedLeast = 64 << 10;

    /// <summary>Floats; sums, both weights and optimizer state of a chunk stay in the first caches.</summary>
    private const int ChunkLength = 4096;
}
