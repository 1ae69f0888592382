using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Parameter vectors kept for reuse. Two are in use in a steady run (the version computed with and the next); a lagging
/// reader or a checkpoint being written holds one more. Safe for many threads.
/// </summary>
/// <param name="length">Floats of each vector.</param>
/// <param name="isShared">Whether other processes of this machine may read them, where the system can do that.</param>
public sealed class WeightBufferPool(int length, bool isShared = false) : IDisposable
{
    /// <summary>Vectors out at one time: each link holds at most two, so this is a bound on links that hang.</summary>
    public const int BuffersMax = 4096;

    private readonly FreeVectors<WeightBuffer> _free = new("weight vectors", BuffersMax);

    public int Length => length;

    /// <returns>A vector with one reference; its content is undefined.</returns>
    /// <exception cref="InvalidOperationException">Too many are out.</exception>
    public WeightBuffer Rent(WeightVersion version)
    {
        WeightBuffer buffer = _free.Take() ?? Make();
        buffer.MarkRented(version);
        return buffer;
    }

    public void Dispose() => _free.Dispose();

    private WeightBuffer Make()
    {
        if (!isShared || SharedRegion.TryCreate(1, length) is not { } region)
        {
            return new WeightBuffer(_free.Return, new AlignedBuffer(length));
        }

        region.Take(0);
        return new WeightBuffer(_free.Return, region.Floats(0), region);
    }
}
