using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// What a computation of one tree node gave: its sums, the defect that was found, or the failure; none if it was abandoned.
/// </summary>
/// <param name="Sums">Owned by the receiver; null where there is a defect or failure, or it was abandoned.</param>
public sealed record ComputedNode(
    Round Round, TreeNode Node, SumBuffer? Sums, long ComputeMicroseconds, NodeDefect? Defect)
{
    public ComputeParts Parts { get; init; }

    /// <summary>What kept it from being computed, and is not in its numbers: memory that did not suffice, a defect of the program.</summary>
    public Exception? Failure { get; init; }
}

/// <summary>One bucket of a node's sums, final before the others.</summary>
/// <param name="Sums">The node's whole vector; a reference to it comes along.</param>
/// <param name="ComputeMicroseconds">Since the bucket before it, or the node's beginning.</param>
public sealed record ComputedBucket(Round Round, TreeNode Node, int Bucket, SumBuffer Sums, long ComputeMicroseconds);

/// <summary>A value that is not finite.</summary>
/// <param name="Shard">The first shard that shows it alone; the node's first where only the sum does.</param>
/// <param name="Tensor">As in "layers.0.weight", or "loss".</param>
public sealed record NodeDefect(int Shard, string Tensor, string What);
