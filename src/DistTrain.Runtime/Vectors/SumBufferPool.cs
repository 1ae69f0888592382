using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Sum vectors of one length, kept for reuse. Safe for many threads.</summary>
/// <param name="length">Floats of each vector.</param>
/// <param name="buffersMax">Vectors out at one time; more is a fault of the sender or of this program.</param>
public sealed class SumBufferPool(int length, int buffersMax = SumBufferPool.BuffersMaxDefault) : IDisposable
{
    /// <summary>Far above what a round needs (a few for each worker), far below running out of memory unnoticed.</summary>
    public const int BuffersMaxDefault = 8192;

    private readonly Lock _lock = new();
    private readonly Stack<SumBuffer> _free = new();
    private int _rented;
    private bool _isDisposed;

    public int Length => length;

    /// <summary>Vectors out now.</summary>
    public int Rented
    {
        get
        {
            lock (_lock)
            {
                return _rented;
            }
        }
    }

    /// <returns>A vector with one reference; its content is undefined.</returns>
    /// <exception cref="InvalidOperationException">Too many are out.</exception>
    public SumBuffer Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_rented == buffersMax)
            {
                throw new InvalidOperationException(
                    $"{buffersMax:N0} sum vectors of {length:N0} floats are in use at once; expected far fewer");
            }

            _rented++;
            SumBuffer buffer = _free.Count > 0 ? _free.Pop() : new SumBuffer(Return, new AlignedBuffer(length));
            buffer.MarkRented();
            return buffer;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            while (_free.TryPop(out SumBuffer? buffer))
            {
                buffer.Dispose();
            }
        }
    }

    private void Return(SumBuffer buffer)
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
