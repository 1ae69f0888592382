using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>How weights and sums are cut for the exchange: consecutive pieces of the flat vector. The same on every node.</summary>
/// <remarks>
/// The metric sums travel at the end of the last bucket. An evaluation round has one bucket, the metric sums alone.
/// </remarks>
public sealed class BucketPlan
{
    /// <param name="parameterCount">Floats of the flat vector.</param>
    /// <param name="bucketCount">1 or more.</param>
    public BucketPlan(int parameterCount, int bucketCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bucketCount, 1);
        ParameterCount = parameterCount;
        Count = bucketCount;
    }

    public int ParameterCount { get; }

    public int Count { get; }

    /// <summary>Floats of a training round's sum vector.</summary>
    public int SumLength => ParameterCount + MetricSums.Count;

    /// <summary>First weight of a bucket; bucket = Count gives the end.</summary>
    public int WeightStart(int bucket) => bucket == Count
        ? ParameterCount
        : (int)((long)bucket * ParameterCount / Count / AlignmentFloats * AlignmentFloats);

    public int WeightLength(int bucket) => WeightStart(bucket + 1) - WeightStart(bucket);

    /// <summary>Floats of a bucket of a training round's sums: its weights' gradients, and the metric sums in the last.</summary>
    public int SumLengthOf(int bucket) => WeightLength(bucket) + (bucket == Count - 1 ? MetricSums.Count : 0);

    /// <summary>Floats of the largest bucket of sums.</summary>
    public int SumLengthMax
    {
        get
        {
            int longest = 0;
            for (int bucket = 0; bucket < Count; bucket++)
            {
                longest = Math.Max(longest, SumLengthOf(bucket));
            }

            return longest;
        }
    }

    /// <summary>One bucket of a whole sum vector of a training round.</summary>
    public SumView View(SumBuffer sums, int bucket) => new(sums, WeightStart(bucket), SumLengthOf(bucket));

    private const int AlignmentFloats = 16;
}
