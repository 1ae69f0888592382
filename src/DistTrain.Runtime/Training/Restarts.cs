namespace DistTrain.Runtime;

/// <summary>
/// How a node of this machine that failed is started again: after a pause that doubles each time, and for as long as it does
/// some work in between. Whoever kills it on purpose, however often, finds it there again.
/// </summary>
internal sealed record Restarts
{
    public TimeSpan PauseFirst { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan PauseLast { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A node that lived longer begins with the first pause again.</summary>
    public TimeSpan LivedLong { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A node that lived longer counts as one that worked: it may have had nothing to do.</summary>
    public TimeSpan LivedWell { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Lives in a row that failed before their first result: what made them fail so often (memory that does not suffice, a
    /// program that cannot be started) makes the next one fail, too.
    /// </summary>
    public int FailuresMax { get; init; } = 6;
}

/// <summary>Who is told what becomes of the workers of a run on this machine, and when they are not needed any more.</summary>
internal sealed record Supervision
{
    /// <summary>Takes a line for people.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Told why, once, when no worker is started again any more.</summary>
    public required Action<string> GiveUp { get; init; }

    /// <summary>Done when the run is over: workers that end then are not started again, whatever is still to be written.</summary>
    public required Task Over { get; init; }

    public Restarts Restarts { get; init; } = new();
}

/// <summary>The lives of one node.</summary>
internal sealed class RestartCount(Restarts rule)
{
    private TimeSpan _pause = rule.PauseFirst;
    private int _failures;

    /// <summary>To be called at the end of each life.</summary>
    /// <param name="hasWorked">It delivered a result.</param>
    /// <param name="hasFailed">False: it was asked to go, and did.</param>
    /// <returns>The pause before the next life; null: there is no hope.</returns>
    public TimeSpan? Next(TimeSpan lived, bool hasWorked, bool hasFailed)
    {
        _failures = hasWorked || !hasFailed || lived > rule.LivedWell ? 0 : _failures + 1;
        if (_failures >= rule.FailuresMax)
        {
            return null;
        }

        TimeSpan pause = lived > rule.LivedLong ? rule.PauseFirst : _pause;
        _pause = pause * 2 < rule.PauseLast ? pause * 2 : rule.PauseLast;
        return pause;
    }
}
