using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>
/// Hears from the lanes that compute one node which floats of their sums are final, and tells once for each bucket when it
/// is final in all of them.
/// </summary>
/// <param name="completed">Called on the lane's thread that completed the bucket; not for the one that comes last, which is
/// the node's end.</param>
internal sealed class BucketCountdown(BucketPlan buckets, Action<int> completed) : ISumsProgress
{
    private readonly int[] _floatsLeft = new int[buckets.Count];
    private int _bucketsLeft;

    /// <param name="lanes">Lanes that will report.</param>
    public void Begin(int lanes)
    {
        for (int bucket = 0; bucket < _floatsLeft.Length; bucket++)
        {
            _floatsLeft[bucket] = lanes * buckets.SumLengthOf(bucket);
        }

        _bucketsLeft = buckets.Count;
    }

    public void SumsReady(int start, int end)
    {
        // Of buckets that are final at the same time the front ones leave first: the next forward pass needs them first.
        for (int bucket = 0; bucket < buckets.Count; bucket++)
        {
            int bucketStart = buckets.WeightStart(bucket);
            int overlap = Math.Min(end, bucketStart + buckets.SumLengthOf(bucket)) - Math.Max(start, bucketStart);
            if (overlap > 0 && Interlocked.Add(ref _floatsLeft[bucket], -overlap) == 0
                && Interlocked.Decrement(ref _bucketsLeft) > 0)
            {
                completed(bucket);
            }
        }
    }
}
