namespace DistTrain.Runtime;

/// <summary>A pool's vectors that wait for their next use, and the count of those that are out. Safe for many threads.</summary>
/// <param name="what">For the message: "sum vectors".</param>
/// <param name="outMax">Vectors out at one time; more is a fault of the sender or of this program.</param>
internal sealed class FreeVectors<T>(string what, int outMax) : IDisposable
    where T : CountedVector
{
    private readonly Lock _lock = new();
    private readonly Stack<T> _free = new();
    private int _out;
    private bool _isDisposed;

    /// <summary>Vectors out now.</summary>
    public int Out
    {
        get
        {
            lock (_lock)
            {
                return _out;
            }
        }
    }

    /// <returns>Null: there is none, and the caller makes one; it counts as out.</returns>
    /// <exception cref="InvalidOperationException">Too many are out.</exception>
    public T? Take()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_out == outMax)
            {
                throw new InvalidOperationException($"{outMax:N0} {what} are in use at once; expected far fewer");
            }

            _out++;
            _free.TryPop(out T? vector);
            return vector;
        }
    }

    public void Return(T vector)
    {
        lock (_lock)
        {
            _out--;
            if (!_isDisposed)
            {
                _free.Push(vector);
                return;
            }
        }

        vector.Dispose();
    }

    /// <summary>Those that are out are disposed when they come back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            while (_free.TryPop(out T? vector))
            {
                vector.Dispose();
            }
        }
    }
}
