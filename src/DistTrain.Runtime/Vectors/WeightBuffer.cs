using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The flat parameter vector of one version. Written by its maker bucket by bucket, read by all who hold a reference once
/// they were told of the bucket; never written again until the last reference is gone.
/// </summary>
public sealed class WeightBuffer : IDisposable
{
    private readonly WeightBufferPool _pool;
    private readonly AlignedBuffer _floats;
    private int _references;

    internal WeightBuffer(WeightBufferPool pool, int length)
    {
        _pool = pool;
        _floats = new AlignedBuffer(length);
    }

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
            _pool.Return(this);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException($"weights of version {Version.Value} were released too often");
        }
    }

    public void Dispose() => _floats.Dispose();

    internal void MarkRented(WeightVersion version)
    {
        Version = version;
        Volatile.Write(ref _references, 1);
    }
}
