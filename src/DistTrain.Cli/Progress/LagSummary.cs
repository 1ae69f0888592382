using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Cli;

/// <summary>
/// Lagging workers in a few lines: now and then a worker lags on any busy machine, and each time its shards are simply
/// computed by another; worth a line is how often it happens.
/// </summary>
internal sealed class LagSummary
{
    private readonly SortedDictionary<int, int> _repeatedShards = [];
    private long _since = Stopwatch.GetTimestamp();

    public void Note(Notice.ShardsRepeated repeated)
    {
        _repeatedShards.TryGetValue(repeated.Slow.Value, out int before);
        _repeatedShards[repeated.Slow.Value] = before + repeated.Shards;
    }

    /// <summary>The line that is due; null: none. Call it often.</summary>
    public string? TakeLine() => TakeLine(Stopwatch.GetElapsedTime(_since));

    /// <param name="elapsed">Since the last line, or since the start.</param>
    internal string? TakeLine(TimeSpan elapsed)
    {
        if (elapsed < LineEvery)
        {
            return null;
        }

        _since = Stopwatch.GetTimestamp();
        if (_repeatedShards.Count == 0)
        {
            return null;
        }

        string counts = string.Join(
            ", ", _repeatedShards.Select(lag => $"{lag.Value} of {new WorkerId(lag.Key)}"));
        _repeatedShards.Clear();
        return $"late shards computed again by other workers in the last {elapsed.TotalSeconds:0} s: {counts}";
    }

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
}
