namespace DistTrain.Runtime;

/// <summary>
/// Whether a vector that all cores read is written past the caches (<see cref="Numerics.StreamedCopy"/>): what is faster depends
/// on whether the cores that take part share a cache, which a virtual machine does not know and which changes while it runs. So
/// now and then the other way is tried. For one caller.
/// </summary>
/// <remarks>
/// A step pays for streaming once more, when the vector is read from memory: so writing must become faster by a third.
/// Measured, 0.5 million weights: cores of one complex 0.23 ms in the caches, 0.28 ms streamed; of two complexes 0.58 and 0.28.
/// </remarks>
internal sealed class StreamingChoice
{
    private readonly long[] _settled = new long[Compared];
    private readonly long[] _tried = new long[Compared];
    private bool _settledOnStreaming;
    private int _runs = TrialStart - FirstTrialAfter;

    /// <summary>For the next run.</summary>
    public bool IsStreamed => _settledOnStreaming != IsTrial;

    /// <summary>The run was done, in the way that <see cref="IsStreamed"/> said.</summary>
    /// <param name="ticks">How long it took; above 0, any unit.</param>
    public void Record(long ticks)
    {
        if (!IsTrial)
        {
            _settled[_runs % Compared] = ticks;
        }
        else if (_runs > TrialStart)
        {
            // The first run of a trial finds the caches as the other way left them.
            _tried[_runs - TrialStart - 1] = ticks;
        }

        if (++_runs == TrialStart + 1 + Compared)
        {
            Decide();
            _runs = 0;
        }
    }

    private bool IsTrial => _runs >= TrialStart;

    private void Decide()
    {
        long settled = Median(_settled), tried = Median(_tried);
        (long cached, long streamed) = _settledOnStreaming ? (tried, settled) : (settled, tried);
        _settledOnStreaming = streamed * 4 < cached * 3;
    }

    private static long Median(long[] three) =>
        Math.Max(Math.Min(three[0], three[1]), Math.Min(Math.Max(three[0], three[1]), three[2]));

    /// <summary>Runs of one way before the other is tried.</summary>
    public const int TrialStart = 120;

    /// <summary>Runs before the first trial.</summary>
    public const int FirstTrialAfter = 8;

    /// <summary>Runs of each way whose median counts.</summary>
    public const int Compared = 3;
}
