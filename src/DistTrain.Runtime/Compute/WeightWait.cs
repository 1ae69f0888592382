using System.Diagnostics;
using DistTrain.Models;

namespace DistTrain.Runtime;

/// <summary>One computation's waiting for the weights that it reads, on all its threads.</summary>
/// <remarks>
/// Weights come a few hundred microseconds after the work order, and waking a core takes long (<see cref="LaneSignal"/>): a
/// thread first asks again for a while, giving its core away each time, then sleeps.
/// </remarks>
/// <param name="weights">The reference is taken over.</param>
internal sealed class WeightWait(ArrivingWeights weights) : IParameterArrival
{
    private volatile bool _isAbandoned;
    private long _waitedTicks;

    public bool IsAbandoned => _isAbandoned;

    /// <summary>The vector, of which something is there; valid until <see cref="Release"/>.</summary>
    public WeightBuffer Buffer => weights.Buffer!;

    /// <summary>Ends the waiting of all threads, now and later: nobody wants the result.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        weights.WakeAll();
    }

    /// <summary>Returns once any bucket is there.</summary>
    /// <exception cref="ComputationAbandonedException">The result is not wanted.</exception>
    public void WaitForAny() => WaitFor(0, 0);

    /// <exception cref="ComputationAbandonedException">The result is not wanted.</exception>
    public void WaitFor(int start, int end)
    {
        if (!_isAbandoned && !weights.IsOpen(start, end))
        {
            long startedAt = Stopwatch.GetTimestamp();
            while (!_isAbandoned && !weights.IsOpen(start, end) && Stopwatch.GetElapsedTime(startedAt) < LaneSignal.AskMax)
            {
                Thread.Yield();
            }

            weights.Wait(start, end, this);
            Interlocked.Add(ref _waitedTicks, Stopwatch.GetTimestamp() - startedAt);
        }

        if (_isAbandoned)
        {
            throw new ComputationAbandonedException();
        }
    }

    /// <summary>Time that threads waited since the last call, all together, in ticks of <see cref="Stopwatch"/>.</summary>
    public long TakeWaitedTicks() => Interlocked.Exchange(ref _waitedTicks, 0);

    public void Release() => weights.Release();
}
