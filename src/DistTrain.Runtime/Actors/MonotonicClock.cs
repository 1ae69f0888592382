using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The shell's only clock: forward-going time for the machines.</summary>
public static class MonotonicClock
{
    private const long MicrosecondsPerSecond = 1_000_000;

    public static Instant Now
    {
        get
        {
            long ticks = Stopwatch.GetTimestamp();
            long seconds = Math.DivRem(ticks, Stopwatch.Frequency, out long rest);
            return new Instant((seconds * MicrosecondsPerSecond) + (rest * MicrosecondsPerSecond / Stopwatch.Frequency));
        }
    }
}
