using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>What a shell finds wrong with a sum that arrived, before its machine sees it.</summary>
internal static class SumDefect
{
    /// <returns>A clause that follows the worker's name; null: nothing, or it is of the past and will not be used.</returns>
    public static string? Find(TinyTask task, CoordinatorStatus status, WorkerMessage.PartialSum header, float[] floats)
    {
        Round? round = status.Round;
        bool isOfNow = header.Term == status.Term && round is not null && header.Round == round.Number;
        if (!isOfNow || header.Bucket >= task.Buckets)
        {
            return null;
        }

        int expected = task.SumLength(round!, header.Bucket);
        if (floats.Length != expected)
        {
            return $"sent a sum of {floats.Length} floats, expected {expected}";
        }

        return Array.Exists(floats, value => !float.IsFinite(value)) ? "sent a sum with values that are not finite" : null;
    }
}
