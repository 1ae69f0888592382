using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>Which bucket of which vector a tensor frame brings: of a version's weights, or of a node's sums of a round.</summary>
/// <param name="Number">The version or the round.</param>
/// <param name="Node">Of sums; the weights have none.</param>
public readonly record struct BucketFrame(Term Term, long Number, TreeNode Node, int Bucket)
{
    public static BucketFrame Of(CoordinatorMessage.Weights header) =>
        new(header.Term, header.Version.Value, default, header.Bucket);

    public static BucketFrame Of(WorkerMessage.PartialSum header) =>
        new(header.Term, header.Round.Value, header.Node, header.Bucket);

    public bool IsOfOneVectorWith(BucketFrame other) => this with { Bucket = other.Bucket } == other;
}

/// <summary>Which of the frames that wait for one link leaves first.</summary>
/// <remarks>
/// Buckets of one vector that wait one behind the other leave front first, because the next forward pass needs them first.
/// Nothing else changes places: what was said before or after them stays before or after, so a version never overtakes another.
/// </remarks>
public static class SendOrder
{
    /// <param name="waiting">In the order in which they were sent; one or more.</param>
    /// <param name="bucketOf">What bucket a frame brings; null: it is another kind of frame.</param>
    /// <returns>The place of the frame that leaves first.</returns>
    public static int First<T>(IReadOnlyList<T> waiting, Func<T, BucketFrame?> bucketOf)
    {
        if (bucketOf(waiting[0]) is not { } front)
        {
            return 0;
        }

        int first = 0;
        for (int place = 1; place < waiting.Count; place++)
        {
            if (bucketOf(waiting[place]) is not { } next || !next.IsOfOneVectorWith(front))
            {
                break;
            }

            (first, front) = next.Bucket < front.Bucket ? (place, next) : (first, front);
        }

        return first;
    }
}
