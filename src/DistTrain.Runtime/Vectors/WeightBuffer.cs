using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The flat parameter vector of one version. Written by its maker bucket by bucket, read by all who hold a reference once
/// they were told of the bucket; never written again until the last reference is gone.
/// </summary>
public sealed class WeightBuffer : IDisposable
{
    private readonly Action<WeightBuffer> _free;
    private readonly AlignedBuffer _floats;
    private readonly SharedRegion? _region;
    private int _references;

    /// <param name="free">Takes the buffer back when the last reference is gone.</param>
    /// <param name="floats">Owned.</param>
    /// <param name="region">Owned; the shared memory that they lie in. Null: this process's own.</param>
    internal WeightBuffer(Action<WeightBuffer> free, AlignedBuffer floats, SharedRegion? region = null)
    {
        _free = free;
        _floats = floats;
        _region = region;
    }

    /// <summary>Where other processes of this machine find it; null: nowhere.</summary>
    internal SharedPlace? Place => _region?.PlaceOf(0);

    public WeightVersion Version { get; private set; }

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
            throw new InvalidOperationException($"weights of version {Version.Value} were released too often");
        }
    }

    public void Dispose()
    {
        _floats.Dispose();
        _region?.Release();
    }

    internal void MarkRented(WeightVersion version)
    {
        Version = version;
        Volatile.Write(ref _references, 1);
    }
}
