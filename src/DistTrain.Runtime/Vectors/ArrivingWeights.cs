using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The weights of one version as they come in, for threads that wait for the part that they need next. Counted references:
/// the last release gives the vector back.
/// </summary>
internal sealed class ArrivingWeights(BucketPlan buckets, WeightVersion version)
{
    private readonly object _gate = new();
    private readonly bool[] _isOpen = new bool[buckets.Count];
    private WeightBuffer? _buffer;
    private int _missing = buckets.Count;
    private int _references = 1;
    private int _lastAwaited = -1;

    public WeightVersion Version => version;

    /// <summary>First weight of what the thread that fell asleep last waits for; −1: none has waited yet. Tests look at it.</summary>
    public int LastAwaited => Volatile.Read(ref _lastAwaited);

    /// <summary>Null: no bucket is there.</summary>
    public WeightBuffer? Buffer => Volatile.Read(ref _buffer);

    /// <param name="weights">Whole; the reference is taken over.</param>
    public static ArrivingWeights Whole(BucketPlan buckets, WeightBuffer weights)
    {
        var whole = new ArrivingWeights(buckets, weights.Version) { _buffer = weights, _missing = 0 };
        Array.Fill(whole._isOpen, true);
        return whole;
    }

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _buffer?.Release();
        }
    }

    /// <summary>The bucket may be read from now on. A bucket that was opened before stays as it is.</summary>
    /// <param name="weights">What it lies in: the same for all buckets. A reference to it is kept.</param>
    /// <exception cref="InvalidOperationException">The version's buckets lie in two vectors.</exception>
    public void Open(int bucket, WeightBuffer weights)
    {
        lock (_gate)
        {
            if (_isOpen[bucket])
            {
                return;
            }

            if (_buffer is null)
            {
                weights.Retain();
                Volatile.Write(ref _buffer, weights);
            }
            else if (_buffer != weights)
            {
                throw new InvalidOperationException($"buckets of weights version {version.Value} came into two vectors");
            }

            Volatile.Write(ref _isOpen[bucket], true);
            Volatile.Write(ref _missing, _missing - 1);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Whether weights [start, end) may be read; of an empty range, whether any may.</summary>
    public bool IsOpen(int start, int end)
    {
        if (Volatile.Read(ref _missing) == 0)
        {
            return true;
        }

        bool isOpen = Buffer is not null;
        for (int bucket = 0; isOpen && bucket < _isOpen.Length && buckets.WeightStart(bucket) < end; bucket++)
        {
            isOpen = buckets.WeightStart(bucket + 1) <= start || Volatile.Read(ref _isOpen[bucket]);
        }

        return isOpen;
    }

    /// <summary>Sleeps until weights [start, end) may be read, or the computation is not wanted any more.</summary>
    public void Wait(int start, int end, WeightWait computation)
    {
        lock (_gate)
        {
            while (!computation.IsAbandoned && !IsOpen(start, end))
            {
                Volatile.Write(ref _lastAwaited, start);
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Has those that wait look again whether they are wanted.</summary>
    public void WakeAll()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }
}
