namespace DistTrain.Runtime;

/// <summary>Durations of the newest steps, for median and smoothed speed.</summary>
public sealed class StepClock
{
    private readonly float[] _newestMs = new float[StepsKept];
    private long _count;

    /// <summary>Rows a second over the last steps, weighted by time; 0 before the first.</summary>
    public double SamplesPerSecond { get; private set; }

    public void Add(int rows, double seconds)
    {
        _newestMs[_count++ % StepsKept] = (float)(seconds * 1000);
        double speed = rows / Math.Max(seconds, 1e-9);
        double share = Math.Min(1, seconds / SmoothingSeconds);
        double weight = _count == 1 ? 1 : Math.Max(share, SmoothingShareMin);
        SamplesPerSecond += weight * (speed - SamplesPerSecond);
    }

    /// <summary>Of the newest steps; 0 before the first.</summary>
    public double MedianMs()
    {
        int count = (int)Math.Min(_count, StepsKept);
        if (count == 0)
        {
            return 0;
        }

        float[] sorted = _newestMs[..count];
        Array.Sort(sorted);
        return count % 2 == 1 ? sorted[count / 2] : (sorted[(count / 2) - 1] + sorted[count / 2]) / 2.0;
    }

    private const int StepsKept = 1 << 16;
    private const double SmoothingSeconds = 1;
    private const double SmoothingShareMin = 0.01;
}
