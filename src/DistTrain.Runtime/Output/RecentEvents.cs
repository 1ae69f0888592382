using System.Collections.Immutable;
using System.Diagnostics;

namespace DistTrain.Runtime;

/// <summary>The newest things that happened to a cluster, for whoever asks how it is.</summary>
internal sealed class RecentEvents
{
    private readonly Queue<(long Stamp, long Step, string Text)> _newest = new();

    /// <param name="step">Updates applied before it.</param>
    public void Add(long step, string text)
    {
        if (_newest.Count == KeptMax)
        {
            _newest.Dequeue();
        }

        _newest.Enqueue((Stopwatch.GetTimestamp(), step, text));
    }

    /// <summary>The oldest first.</summary>
    public ImmutableArray<EventReport> Report() =>
    [
        .. _newest.Select(one => new EventReport(Stopwatch.GetElapsedTime(one.Stamp).TotalSeconds, one.Step, one.Text)),
    ];

    private const int KeptMax = 10;
}
