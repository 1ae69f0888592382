using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>What people are told when something inside a node threw.</summary>
public static class NodeFailure
{
    /// <summary>What to do where memory does not suffice.</summary>
    public const string OnShortMemory =
        "use a smaller training.batchSize or model, fewer workers or threads, or a machine with more memory";

    /// <summary>One sentence. Memory that does not suffice is the run's or the machine's affair; all else is a defect.</summary>
    /// <param name="who">As in "the coordinator".</param>
    public static string Describe(string who, Exception failure)
    {
        string doing = failure is ComputationFailedException { Doing: var what } ? $" {what}" : "";
        Exception cause = failure is ComputationFailedException { InnerException: { } inner } ? inner : failure;
        return IsOutOfMemory(cause)
            ? $"{who} ran out of memory{doing}: {OnShortMemory}"
            : $"{who} failed{doing}: {cause.Message.TrimEnd('.')} (a defect of DistTrain)";
    }

    /// <summary>Whether memory did not suffice, perhaps in a helper thread or while a type was loaded.</summary>
    public static bool IsOutOfMemory(Exception? failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is OutOfMemoryException)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A node of the reduction tree could not be computed, for a reason that is not in its numbers.</summary>
internal sealed class ComputationFailedException(Round round, TreeNode node, Exception cause) : Exception(cause.Message, cause)
{
    /// <summary>As in "computing 175 rows of step 1".</summary>
    public string Doing { get; } =
        $"computing {round.ShardStart(node.EndShard(round.ShardCount)) - round.ShardStart(node.FirstShard):N0} rows of "
        + (round.Kind == RoundKind.Train ? $"step {round.Version.Value + 1}" : $"the evaluation after step {round.Version.Value}");
}
