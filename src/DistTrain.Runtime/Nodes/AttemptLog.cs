using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Says why a node is not connected: at once where it is news, and once a minute while it stays so.</summary>
/// <param name="say">Takes a line for people.</param>
public sealed class AttemptLog(Action<string> say)
{
    private readonly NewsFilter _news = new();

    /// <summary>An attempt to connect failed, or a connection broke. Any thread.</summary>
    /// <param name="after">Until the next attempt.</param>
    public void Failed(string reason, TimeSpan after) => Failed(MonotonicClock.Now, reason, after);

    /// <summary>A connection stands: whatever ends it is news.</summary>
    public void Connected() => _news.Forget();

    internal void Failed(Instant now, string reason, TimeSpan after)
    {
        string line = reason.TrimEnd('.');
        if (_news.IsNews(now, line, out int count))
        {
            say($"{line}{(count > 1 ? $", {count:N0} times by now" : "")}; connecting again in {after.TotalSeconds:0.0} s");
        }
    }
}
