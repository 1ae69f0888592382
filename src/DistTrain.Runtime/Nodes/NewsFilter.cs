using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Tells news from repetition: the same line again within a minute is none. What is tried every second or two, for hours
/// perhaps, must not be all that a log holds.
/// </summary>
public sealed class NewsFilter
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Told> _told = [];

    /// <summary>Whether the line is to be said. Any thread.</summary>
    /// <param name="count">How often it has come since the last <see cref="Forget"/>, this time included.</param>
    public bool IsNews(Instant now, string line, out int count)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(line, out Told? before) && now - before.At < RepeatEvery)
            {
                count = ++before.Count;
                return false;
            }

            if (before is null && _told.Count == LinesMax)
            {
                _told.Clear();
            }

            count = (before?.Count ?? 0) + 1;
            _told[line] = new Told { At = now, Count = count };
            return true;
        }
    }

    /// <summary>What was said before is news when it comes again.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _told.Clear();
        }
    }

    private sealed class Told
    {
        public required Instant At { get; init; }

        public required int Count { get; set; }
    }

    private const int LinesMax = 64;
    private static readonly TimeSpan RepeatEvery = TimeSpan.FromMinutes(1);
}
