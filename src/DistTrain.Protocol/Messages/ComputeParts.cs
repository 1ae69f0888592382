namespace DistTrain.Protocol;

/// <summary>What a worker's compute time went into, in microseconds. For people: no decision rests on it.</summary>
/// <param name="Gather">Rows copied into the batch.</param>
/// <param name="Forward">Forward pass and loss.</param>
/// <param name="Backward">Backward pass; 0 for evaluations.</param>
/// <param name="Add">Sums of the worker's threads added in tree order, and searched for values that are not finite.</param>
/// <remarks>With several threads the first three are averages over the threads.</remarks>
public readonly record struct ComputeParts(long Gather, long Forward, long Backward, long Add)
{
    public long Total => Gather + Forward + Backward + Add;

    public static ComputeParts operator +(ComputeParts left, ComputeParts right) => new(
        left.Gather + right.Gather, left.Forward + right.Forward, left.Backward + right.Backward, left.Add + right.Add);
}
