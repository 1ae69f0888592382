using System.Diagnostics;
using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Measures what one compute thread's time goes into. The first sums that are final mark the end of the forward pass.</summary>
internal sealed class LaneClock : ISumsProgress, IParameterArrival
{
    private long _gatherTicks;
    private long _forwardTicks;
    private long _backwardTicks;
    private long _partStartedAt;
    private bool _isForward;
    private IParameterArrival? _arrival;

    public void StartGather() => _partStartedAt = Stopwatch.GetTimestamp();

    public void EndGather() => _gatherTicks += Lap();

    /// <param name="arrival">Waits for parameters; null: all are there.</param>
    public void StartForward(IParameterArrival? arrival)
    {
        _arrival = arrival;
        _partStartedAt = Stopwatch.GetTimestamp();
        _isForward = true;
    }

    /// <summary>Hears of final sums too; null: nobody does.</summary>
    public ISumsProgress? Listener { get; set; }

    public void WaitFor(int start, int end)
    {
        if (_arrival is { } arrival)
        {
            // Waiting is no computing.
            _forwardTicks += Lap();
            arrival.WaitFor(start, end);
            _partStartedAt = Stopwatch.GetTimestamp();
        }
    }

    public void SumsReady(int start, int end)
    {
        if (_isForward)
        {
            _forwardTicks += Lap();
            _isForward = false;
        }

        if (Listener is { } listener)
        {
            // What the listener does with a bucket is no computing.
            _backwardTicks += Lap();
            listener.SumsReady(start, end);
            _partStartedAt = Stopwatch.GetTimestamp();
        }
    }

    public void Stop()
    {
        long lap = Lap();
        _forwardTicks += _isForward ? lap : 0;
        _backwardTicks += _isForward ? 0 : lap;
    }

    /// <summary>The parts since the last call, over the number of threads.</summary>
    public ComputeParts Take(int threads)
    {
        var parts = new ComputeParts(
            Microseconds(_gatherTicks, threads), Microseconds(_forwardTicks, threads), Microseconds(_backwardTicks, threads), 0);
        (_gatherTicks, _forwardTicks, _backwardTicks) = (0, 0, 0);
        return parts;
    }

    private long Lap()
    {
        long now = Stopwatch.GetTimestamp();
        long lap = now - _partStartedAt;
        _partStartedAt = now;
        return lap;
    }

    private static long Microseconds(long ticks, int threads) =>
        (long)Stopwatch.GetElapsedTime(0, ticks / threads).TotalMicroseconds;
}
