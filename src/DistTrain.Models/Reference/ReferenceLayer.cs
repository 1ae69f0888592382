using System.Numerics;

namespace DistTrain.Models;

/// <summary>
/// The plain twin of a layer: one shard at a time, loops over scalars. With T = float it must equal the fast path bit
/// for bit; with T = double it is exact enough to be checked against finite differences.
/// </summary>
internal abstract class ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    /// <param name="input">Shape (rows, input size).</param>
    /// <returns>Shape (rows, output size).</returns>
    public abstract T[] Forward(ReferencePass<T> pass, T[] input);

    /// <param name="outputGradient">Shape (rows, output size). Not changed.</param>
    /// <param name="parameterGradient">The whole flat vector; the layer writes the slots of its own parameters.</param>
    /// <returns>The input's gradient, shape (rows, input size).</returns>
    public abstract T[] Backward(
        ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient);
}

/// <summary>What a reference layer must know of one shard's pass.</summary>
/// <param name="FirstRow">Position of the shard's first row in the whole batch.</param>
internal sealed record ReferencePass<T>(
    T[] Parameters, int Rows, int FirstRow, int BatchRows, bool IsTraining, ulong Seed, int Epoch, long Step)
    where T : struct, IFloatingPointIeee754<T>;
