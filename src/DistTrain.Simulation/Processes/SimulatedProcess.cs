using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>A process with a clock of its own, a timer, and an inbox that fills while it is frozen.</summary>
internal abstract class SimulatedProcess(World world, int host, string name)
{
    private readonly Queue<Action> _inbox = new();
    private readonly long _clockOffset = world.Chance.Below(1_000_000_000);
    private long? _timerAt;
    private bool _timerRang;
    private bool _goesOn;

    public int Host => host;

    public bool IsAlive { get; private set; } = true;

    public bool IsFrozen { get; private set; }

    protected World World => world;

    /// <summary>What the process's own clock shows.</summary>
    protected Instant Now => new(world.Time.Now + _clockOffset);

    /// <summary>Something arrives from outside: done at once, or when the process runs again, or never.</summary>
    public void Receive(Action action)
    {
        if (!IsAlive)
        {
            return;
        }

        if (!IsFrozen)
        {
            action();
            return;
        }

        if (_inbox.Count >= World.FramesInFlightMax)
        {
            throw new PromiseBrokenException($"more than {World.FramesInFlightMax} things wait for {this}");
        }

        _inbox.Enqueue(action);
    }

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        if (!IsFrozen || !IsAlive)
        {
            return;
        }

        IsFrozen = false;
        bool timerFirst = _timerRang && world.Chance.Chance(0.5);
        if (timerFirst)
        {
            Ring();
        }

        while (IsAlive && !IsFrozen && _inbox.TryDequeue(out Action? action))
        {
            action();
        }

        if (_timerRang && IsAlive)
        {
            Ring();
        }
    }

    /// <summary>Ends the process; nothing of it is left but what its disk holds.</summary>
    public virtual void Die(bool hostDied)
    {
        IsAlive = false;
        _inbox.Clear();
    }

    public override string ToString() => name;

    protected abstract void TimerRang();

    /// <summary>Has the timer ring at a moment of the process's own clock, a little late as timers are.</summary>
    protected void SetTimer(Instant? deadline)
    {
        if (deadline is not Instant at)
        {
            _timerAt = null;
            return;
        }

        long worldAt = at.Microseconds - _clockOffset;
        if (_timerAt == worldAt)
        {
            return;
        }

        _timerAt = worldAt;
        world.Time.In(worldAt - world.Time.Now + world.Chance.Below(1500), () =>
        {
            if (IsAlive && _timerAt == worldAt)
            {
                _timerAt = null;
                if (IsFrozen)
                {
                    _timerRang = true;
                }
                else
                {
                    Ring();
                }
            }
        });
    }

    /// <summary>Plans a piece of what was put off until all that lies ready is taken up: at once, or when more has come.</summary>
    /// <param name="hasWork">Whether there is any; it is planned once.</param>
    protected void GoOnLater(bool hasWork, Action goOn)
    {
        if (!hasWork || _goesOn)
        {
            return;
        }

        _goesOn = true;
        int busyMicroseconds = world.Chance.Chance(0.5) ? 0 : world.Chance.Below(BusyMicrosecondsMax);
        world.Time.In(busyMicroseconds, () => Receive(() =>
        {
            _goesOn = false;
            goOn();
        }));
    }

    /// <summary>Sums that a process may hold: of each bucket one for each node of the tree, which has fewer than twice the leaves.</summary>
    protected static int SumsMax(TinyTask task) =>
        2 * Math.Max(task.Plan.Shards, task.Plan.EvaluationShards) * task.Buckets;

    private void Ring()
    {
        _timerRang = false;
        TimerRang();
    }

    /// <summary>Messages that come meanwhile are taken up first.</summary>
    private const int BusyMicrosecondsMax = 2000;
}
