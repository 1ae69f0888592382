using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>How weights and sums are cut for the exchange: consecutive pieces of the flat vector. The same on every node.</summary>
/// <remarks>
/// The metric sums travel at the end of the last bucket. An evaluation round has one bucket, the metric sums alone.
/// </remarks>
public sealed class BucketPlan
{
    private readonly int[] _starts;

    /// <param name="starts">First weight of each bucket, rising from 0, and last the floats of the flat vector.</param>
    private BucketPlan(int[] starts)
    {
        _starts = starts;
        ParameterCount = starts[^1];
        Count = starts.Length - 1;
    }

    /// <param name="parameterCount">Floats of the flat vector.</param>
    /// <param name="bucketCount">Pieces of about one length; 1 or more.</param>
    public BucketPlan(int parameterCount, int bucketCount)
        : this(Evenly(0, parameterCount, bucketCount))
    {
    }

    /// <summary>
    /// Buckets along the borders of layers, so that each leaves as soon as its layers' gradients are there: small neighbours
    /// together, large layers in pieces, which travel and are added one while the other comes.
    /// </summary>
    /// <param name="lengthMin">Floats; smaller neighbours are put together, as each bucket costs messages.</param>
    public static BucketPlan For(ParameterLayout layout, int lengthMin)
    {
        List<int> starts = [0];
        foreach (ParameterSlice slice in layout.Slices)
        {
            bool isNewLayer = slice.Start > 0 && LayerOf(slice) != LayerOf(layout.At(slice.Start - 1));
            if (isNewLayer && slice.Start - starts[^1] >= lengthMin && layout.Length - slice.Start >= lengthMin)
            {
                AddPieces(starts, slice.Start);
            }
        }

        AddPieces(starts, layout.Length);
        return starts.Count == 1 ? new BucketPlan(0, 1) : new BucketPlan([.. starts]);
    }

    public int ParameterCount { get; }

    public int Count { get; }

    /// <summary>Floats of a training round's sum vector.</summary>
    public int SumLength => ParameterCount + MetricSums.Count;

    /// <summary>First weight of a bucket; bucket = Count gives the end.</summary>
    public int WeightStart(int bucket) => _starts[bucket];

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

    private static void AddPieces(List<int> starts, int end)
    {
        int start = starts[^1];
        int pieces = (int)(((long)end - start + LengthMax - 1) / LengthMax);
        starts.AddRange(Evenly(start, end, Math.Max(1, pieces)).Skip(1).Where(border => border > start));
    }

    private static int[] Evenly(int start, int end, int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 1);
        int[] starts = new int[pieces + 1];
        for (int piece = 0; piece < pieces; piece++)
        {
            starts[piece] = start + (int)((long)piece * (end - start) / pieces / AlignmentFloats * AlignmentFloats);
        }

        starts[pieces] = end;
        return starts;
    }

    private static string LayerOf(ParameterSlice slice) => slice.Name[..Math.Max(0, slice.Name.LastIndexOf('.'))];

    private const int AlignmentFloats = 16;

    /// <summary>Floats; 8 MiB.</summary>
    private const int LengthMax = 2 << 20;
}
