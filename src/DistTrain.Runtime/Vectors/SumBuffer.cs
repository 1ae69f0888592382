using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>
/// A pooled sum vector, shape (SumLength,) of a training round or (MetricSums.Count,) of an evaluation. Counted
/// references: whoever holds one may read it, whoever holds the only one may write it; the last release returns it.
/// </summary>
public sealed class SumBuffer : IDisposable
{
    private readonly Action<SumBuffer> _free;
    private readonly AlignedBuffer _floats;
    private int _references;

    /// <param name="free">Takes the buffer back when the last reference is gone.</param>
    /// <param name="slot">Of memory that is shared with another process.</param>
    /// <param name="home">The connection's shared memory that it lies in; null: this process's own.</param>
    internal SumBuffer(Action<SumBuffer> free, AlignedBuffer floats, int slot = -1, SharedSums? home = null)
    {
        _free = free;
        _floats = floats;
        Slot = slot;
        Home = home;
    }

    internal int Slot { get; }

    internal SharedSums? Home { get; }

    public int Length => _floats.Length;

    public Span<float> Span => _floats.Span;

    /// <summary>The floats as bytes in this machine's order, for links.</summary>
    public Memory<byte> Bytes => _floats.Bytes;

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            _free(this);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("a sum buffer was released more often than it was retained");
        }
    }

    public void Dispose() => _floats.Dispose();

    internal void MarkRented() => Volatile.Write(ref _references, 1);
}
