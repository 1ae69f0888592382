using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Sum vectors of one length, kept for reuse. Safe for many threads.</summary>
/// <param name="length">Floats of each vector.</param>
/// <param name="buffersMax">Vectors out at one time; more is a fault of the sender or of this program.</param>
public sealed class SumBufferPool(int length, int buffersMax = SumBufferPool.BuffersMaxDefault) : IDisposable
{
    /// <summary>Far above what a round needs (a few for each worker), far below running out of memory unnoticed.</summary>
    public const int BuffersMaxDefault = 8192;

    private readonly FreeVectors<SumBuffer> _free = new($"sum vectors of {length:N0} floats", buffersMax);

    public int Length => length;

    /// <summary>Vectors out now.</summary>
    public int Rented => _free.Out;

    /// <returns>A vector with one reference; its content is undefined.</returns>
    /// <exception cref="InvalidOperationException">Too many are out.</exception>
    public SumBuffer Rent()
    {
        SumBuffer buffer = _free.Take() ?? new SumBuffer(_free.Return, new AlignedBuffer(length));
        buffer.MarkRented();
        return buffer;
    }

    public void Dispose() => _free.Dispose();
}
