using System.Diagnostics;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Times calls of one kernel: warmed up until the runtime has compiled its best code, then some at a time.</summary>
internal sealed class KernelTimer(Action run)
{
    private int _calls = 1;

    /// <summary>Warms up, and finds how many calls make a sample long enough for the clock.</summary>
    /// <param name="seconds">Of one sample; the warm-up takes ten times as long, or ten calls.</param>
    public void Prepare(double seconds)
    {
        long startedAt = Stopwatch.GetTimestamp();
        int calls = 0;
        do
        {
            run();
            calls++;
        }
        while (calls < CallsMin || Stopwatch.GetElapsedTime(startedAt).TotalSeconds < WarmUpSamples * seconds);

        _calls = 4;
        double perCall = Sample();
        _calls = (int)Math.Clamp(Math.Round(seconds / perCall), 1, CallsMax);
    }

    /// <returns>Seconds of one call, over one sample.</returns>
    public double Sample()
    {
        long startedAt = Stopwatch.GetTimestamp();
        for (int call = 0; call < _calls; call++)
        {
            run();
        }

        return Stopwatch.GetElapsedTime(startedAt).TotalSeconds / _calls;
    }

    private const int CallsMin = 10;
    private const int CallsMax = 1_000_000;
    private const int WarmUpSamples = 10;
}
