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

    private readonly Lock _lock = new();
    private readonly Stack<WeightBuffer> _free = new();
    private int _rented;
    private bool _isDisposed;

    public int Length => length;

    /// <returns>A vector with one reference; its content is undefined.</returns>
    public WeightBuffer Rent(WeightVersion version)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_rented == BuffersMax)
            {
                throw new InvalidOperationException($"{BuffersMax:N0} weight vectors are in use at once; expected a few");
            }

            _rented++;
            WeightBuffer buffer = _free.Count > 0 ? _free.Pop() : Make();
            buffer.MarkRented(version);
            return buffer;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            while (_free.TryPop(out WeightBuffer? buffer))
            {
                buffer.Dispose();
            }
        }
    }

    private WeightBuffer Make() =>
        isShared && SharedRegion.TryCreate(1, length) is { } region
            ? new WeightBuffer(Return, region.Floats(0), region)
            : new WeightBuffer(Return, new AlignedBuffer(length));

    private void Return(WeightBuffer buffer)
    {
        lock (_lock)
        {
            _rented--;
            if (!_isDisposed)
            {
                _free.Push(buffer);
                return;
            }
        }

        buffer.Dispose();
    }
}
