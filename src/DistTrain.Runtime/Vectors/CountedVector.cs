using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>
/// Floats with counted references: whoever is given one, or calls <see cref="Retain"/>, gives it back with
/// <see cref="Release"/>; the last one returns the vector to where it came from, to be used again.
/// </summary>
/// <param name="floats">Owned.</param>
public abstract class CountedVector(AlignedBuffer floats) : IDisposable
{
    private int _references;

    public int Length => floats.Length;

    public Span<float> Span => floats.Span;

    /// <summary>The floats as bytes in this machine's order, for links.</summary>
    public Memory<byte> Bytes => floats.Bytes;

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            GiveBack();
        }
        else if (left < 0)
        {
            throw new InvalidOperationException($"{this} was released more often than it was retained");
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The vector is out again, with one reference.</summary>
    internal void MarkRented() => Volatile.Write(ref _references, 1);

    /// <summary>Nobody holds the vector any more.</summary>
    private protected abstract void GiveBack();

    private protected virtual void Dispose(bool disposing) => floats.Dispose();
}
