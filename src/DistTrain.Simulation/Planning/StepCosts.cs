using System.Collections.Immutable;

namespace DistTrain.Simulation;

/// <summary>What one training step costs in parts that do not depend on the cluster's size: model, machine, run file.</summary>
public sealed record StepCosts
{
    /// <summary>Floats of each bucket of sums, in order of the flat vector.</summary>
    public required ImmutableArray<int> BucketFloats { get; init; }

    public required int BatchRows { get; init; }

    public required int Shards { get; init; }

    /// <summary>One worker's forward and backward pass over a node's rows.</summary>
    public required ComputeCurve Compute { get; init; }

    /// <summary>
    /// Per bucket: the share of a node's computing after which its sums are final. The last buckets come first; bucket 0 is 1.
    /// </summary>
    public required ImmutableArray<double> SumsReadyShare { get; init; }

    /// <summary>Additions of two sums: floats of the result a second, with all threads that the coordinator uses.</summary>
    public required double AddFloatsPerSecond { get; init; }

    /// <summary>Optimizer update and copy into the next version: floats a second.</summary>
    public required double UpdateFloatsPerSecond { get; init; }

    /// <summary>Seconds of an actor for one message (codec, decisions, the call that sends it), on either side.</summary>
    public required double MessageSeconds { get; init; }

    /// <summary>Seconds for one byte of one stream through the nodes themselves (copy, checksum, socket); 0 where buffers change hands.</summary>
    public required double ByteSeconds { get; init; }

    /// <summary>Core seconds of both ends together for one byte, beside those of its message.</summary>
    public double ByteWork { get; init; }

    /// <summary>How much longer a pass takes while every core of a shared machine computes one: they share its memory.</summary>
    public double SharedSlowdown { get; init; } = 1;

    /// <summary>Compute threads of a worker.</summary>
    public required int Threads { get; init; }

    /// <summary>Bytes of all sums of one node.</summary>
    public long SumBytes => BucketFloats.Sum(floats => (long)floats) * sizeof(float);
}
