namespace DistTrain.Protocol;

/// <summary>How long to wait before the next try to connect: doubling, bounded, and different for each worker.</summary>
/// <remarks>
/// The spread comes from the worker's name, not from a random source, so that a run can be repeated; it keeps a thousand
/// workers from knocking in the same millisecond when their coordinator comes back.
/// </remarks>
internal sealed class BackOff(string name)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private const uint FnvStart = 2166136261;
    private const uint FnvFactor = 16777619;
    private int _tries;

    /// <summary>The wait before the next try: between 0.75 and 1.25 times the doubled one.</summary>
    public TimeSpan Next()
    {
        TimeSpan doubled = Shortest * Math.Pow(2, Math.Min(_tries, 30));
        TimeSpan bounded = doubled < Longest ? doubled : Longest;
        _tries++;
        return bounded * (0.75 + (0.5 * Spread()));
    }

    /// <summary>The worker was of use again: the next wait is the shortest.</summary>
    public void Reset() => _tries = 0;

    /// <summary>In [0, 1), from name and try by FNV-1a.</summary>
    private double Spread()
    {
        uint hash = FnvStart;
        foreach (char letter in name)
        {
            hash = (hash ^ letter) * FnvFactor;
        }

        hash = (hash ^ (uint)_tries) * FnvFactor;
        return (hash ^ (hash >> 15)) % 1024 / 1024.0;
    }
}
