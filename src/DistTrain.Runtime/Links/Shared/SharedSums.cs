namespace DistTrain.Runtime;

/// <summary>
/// A worker's sum vectors in memory that it shares with its coordinator, for one connection. A vector is free again when
/// neither the worker holds it nor the coordinator, which gives each bucket back by a count in the shared memory. So a
/// vector that a lost coordinator holds is not written again; the next connection has a region of its own. Safe for many
/// threads.
/// </summary>
internal sealed class SharedSums : IDisposable
{
    private readonly SharedRegion _region;
    private readonly SumBuffer[] _slots;
    private readonly bool[] _isOut;
    private readonly bool[] _isTaken;
    private readonly Lock _lock = new();

    /// <param name="region">Owned from now on.</param>
    private SharedSums(SharedRegion region)
    {
        _region = region;
        _isOut = new bool[region.Slots];
        _isTaken = new bool[region.Slots];
        _slots = [.. Enumerable.Range(0, region.Slots).Select(slot => new SumBuffer(Return, region.Floats(slot), slot, this))];
    }

    /// <param name="length">Floats of each vector.</param>
    /// <returns>Null: this system shares no memory.</returns>
    public static SharedSums? TryCreate(int slots, int length) =>
        SharedRegion.TryCreate(slots, length) is { } region ? new SharedSums(region) : null;

    /// <returns>A vector with one reference; null: all are in use.</returns>
    public SumBuffer? TryRent()
    {
        lock (_lock)
        {
            for (int slot = 0; slot < _slots.Length; slot++)
            {
                if (!_isOut[slot] && _region.Outstanding(slot) == 0)
                {
                    if (!_isTaken[slot])
                    {
                        _region.Take(slot);
                        _isTaken[slot] = true;
                    }

                    _isOut[slot] = true;
                    _region.Retain();
                    _slots[slot].MarkRented();
                    return _slots[slot];
                }
            }
        }

        return null;
    }

    /// <summary>One bucket of a vector goes to the coordinator.</summary>
    /// <returns>Where it lies.</returns>
    public SharedPlace Lend(SumBuffer sums)
    {
        _region.Lend(sums.Slot);
        return _region.PlaceOf(sums.Slot);
    }

    /// <summary>The connection is over. Vectors that are still held stay valid.</summary>
    public void Dispose() => _region.Dispose();

    private void Return(SumBuffer sums)
    {
        lock (_lock)
        {
            _isOut[sums.Slot] = false;
        }

        _region.Release();
    }
}
