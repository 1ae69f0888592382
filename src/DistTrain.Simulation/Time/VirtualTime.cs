namespace DistTrain.Simulation;

/// <summary>The simulated world's one clock and its agenda: what happens next, in order of time, then of planning.</summary>
internal sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (long At, long Order)> _agenda = new();
    private long _planned;

    /// <summary>Microseconds since the world began.</summary>
    public long Now { get; private set; }

    public long EventsDone { get; private set; }

    public void In(long microseconds, Action action) =>
        _agenda.Enqueue(action, (Now + Math.Max(0, microseconds), _planned++));

    /// <summary>Does the next thing; false if nothing is planned any more, or nothing before the end.</summary>
    public bool Step(long end)
    {
        if (!_agenda.TryPeek(out Action? action, out (long At, long Order) place) || place.At > end)
        {
            return false;
        }

        _agenda.Dequeue();
        Now = place.At;
        EventsDone++;
        action();
        return true;
    }
}
