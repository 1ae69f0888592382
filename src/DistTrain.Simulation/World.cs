using System.Runtime.CompilerServices;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>One simulated cluster from its birth to the end of its run.</summary>
/// <remarks>
/// Two phases. Rough: faults come as the seed has them. Then the weather clears: routes are open, frozen processes run on,
/// nobody is slow, a coordinator and enough workers are there; from now on the run must end within
/// <see cref="Scenario.LivenessMicroseconds"/>, with the weights of one plain process, and every worker must have ended.
/// </remarks>
internal sealed class World
{
    /// <summary>Frames on one link, or things in one inbox; more is a queue without a bound.</summary>
    public const int FramesInFlightMax = 5000;

    public const string RunHash = "run";

    public const string DataHash = "data";

    private const long EventsMax = 2_000_000;

    private const long WatchEveryMicroseconds = 50_000;

    private readonly List<SimulatedWorker> _workers = [];
    private readonly List<SimulatedCoordinator> _coordinators = [];
    private readonly List<SimulatedAggregator> _aggregators = [];
    private readonly List<SimulatedConnection> _connections = [];
    private readonly Action<string>? _trace;
    private int _hosts;
    private long _terms;
    private bool _isClear;

    public World(ulong seed, Scenario scenario, Canary canary = Canary.None, Action<string>? trace = null)
    {
        Scenario = scenario;
        Chance = new SeededSource(seed, 2);
        Canary = canary;
        _trace = trace;
        Network = new SimulatedNetwork(this);
        Faults = new FaultInjector(this, new SeededSource(seed, 3));
    }

    public Scenario Scenario { get; }

    public VirtualTime Time { get; } = new();

    /// <summary>Chance on the way: delays, jitter, which end learns what when.</summary>
    public SeededSource Chance { get; }

    public Canary Canary { get; }

    public SimulatedNetwork Network { get; }

    public SimulatedDisk Disk { get; } = new();

    public FaultInjector Faults { get; }

    public RunCounts Counts { get; } = new();

    public IReadOnlyList<SimulatedWorker> LiveWorkers => _workers;

    public IReadOnlyList<SimulatedAggregator> LiveAggregators => _aggregators;

    public IReadOnlyList<SimulatedConnection> LiveConnections => _connections;

    /// <summary>Those that run, the newest last.</summary>
    public IReadOnlyList<SimulatedCoordinator> LiveCoordinators => _coordinators;

    /// <summary>Virtual microseconds at which each round was closed.</summary>
    public List<long> RoundsClosedAt { get; } = [];

    /// <summary>When a coordinator reported the run complete; null before.</summary>
    public long? CompletedAt { get; private set; }

    public long ClearedAt { get; private set; }

    public void Run()
    {
        StartCoordinator();
        EnsureAggregators();
        for (int i = 0; i < Scenario.Workers; i++)
        {
            StartWorker(i < Scenario.Slowness.Count ? Scenario.Slowness[i] : 1);
        }

        Faults.Plan();
        Watch();
        Time.In(Scenario.RoughMicroseconds, Clear);
        while (!IsOver() && Time.Step(DeadlineOf()))
        {
            if (Time.EventsDone > EventsMax)
            {
                throw new PromiseBrokenException($"more than {EventsMax} events: the cluster spins");
            }
        }

        if (!IsOver())
        {
            throw new PromiseBrokenException(WhyNotOver());
        }
    }

    public void StartCoordinator()
    {
        SimulatedCoordinator coordinator = new(this, ++_hosts, new Term(++_terms));
        _coordinators.Add(coordinator);
        Counts.CoordinatorLives++;
        coordinator.Start();
    }

    public void StartWorker() => StartWorker(slowness: 1);

    /// <summary>Somebody knocks who must not take part.</summary>
    public void StartStranger(Stranger stranger) => StartWorker(slowness: 1, stranger);

    private void StartWorker(double slowness, Stranger stranger = Stranger.None)
    {
        int host = ++_hosts;
        SimulatedWorker worker = new(this, host, $"worker process {host}", Chance.Between(1, 3))
        {
            Slowness = slowness,
            Stranger = stranger,
        };
        _workers.Add(worker);
        worker.Start();
    }

    public void Kill(SimulatedCoordinator coordinator, bool hostDied)
    {
        if (_coordinators.Remove(coordinator))
        {
            coordinator.Die(hostDied);
        }
    }

    public void Kill(SimulatedWorker worker, bool hostDied)
    {
        if (_workers.Remove(worker))
        {
            worker.Die(hostDied);
        }
    }

    public void StartAggregator(AggregatorPlace place)
    {
        bool isTaken = _aggregators.Exists(aggregator => aggregator.Place == place);
        if (!isTaken && CompletedAt is null)
        {
            SimulatedAggregator aggregator = new(this, ++_hosts, place);
            _aggregators.Add(aggregator);
            Counts.AggregatorLives++;
            aggregator.Start();
        }
    }

    public void Kill(SimulatedAggregator aggregator, bool hostDied)
    {
        if (_aggregators.Remove(aggregator))
        {
            aggregator.Die(hostDied);
        }
    }

    /// <summary>
    /// A worker, or an aggregator, knocks at the address of the node above. A worker of a cluster with aggregators knocks at
    /// one of the lowest level, sometimes at any other node.
    /// </summary>
    /// <param name="place">Of the aggregator that knocks; null for a worker.</param>
    public bool TryConnect(ConnectionEnd child, AggregatorPlace? place = null)
    {
        IParentProcess? parent = Scenario.Aggregators.Count > 0 && place?.Level != 0 && !Chance.Chance(0.1)
            ? Aggregator(child.Process.Host, place)
            : null;
        bool looksElsewhere = parent is null && (Scenario.Aggregators.Count == 0 || place?.Level == 0 || Chance.Chance(0.5));
        parent = looksElsewhere ? Coordinator() : parent;
        if (parent is null)
        {
            return false;
        }

        int host = parent.Process.Host;
        bool canReach = !Network.IsBlocked(new Route(child.Process.Host, host))
            && !Network.IsBlocked(new Route(host, child.Process.Host));
        if (canReach)
        {
            _connections.RemoveAll(connection => !connection.IsAlive);
            _connections.Add(new SimulatedConnection(this, child, parent.Accept()));
        }

        return canReach;
    }

    public void WorkerFinished(SimulatedWorker worker, RunEnd end)
    {
        _workers.Remove(worker);
        Counts.StrangersRefused += worker.Stranger != Stranger.None && end.Kind == RunEndKind.Failed ? 1 : 0;
        if (end.Kind == RunEndKind.Failed && worker.Stranger == Stranger.None && !IsDivergence(end))
        {
            throw new PromiseBrokenException($"{worker} ends in failure: {end.Reason}");
        }
    }

    public void AggregatorFinished(SimulatedAggregator aggregator, RunEnd end)
    {
        _aggregators.Remove(aggregator);
        if (end.Kind == RunEndKind.Failed && !IsDivergence(end))
        {
            throw new PromiseBrokenException($"{aggregator} ends in failure: {end.Reason}");
        }

        if (end.Kind == RunEndKind.Stopped)
        {
            Time.In(Chance.Spread(1000, 3_000_000), () => StartAggregator(aggregator.Place));
        }
    }

    /// <summary>Whether a coordinator was started after the one of this term.</summary>
    public bool IsSuperseded(Term term) => term.Value < _terms;

    public void CoordinatorFinished(SimulatedCoordinator coordinator, RunEnd end)
    {
        if (IsDivergence(end))
        {
            Counts.Diverged += CompletedAt is null ? 1 : 0;
            CheckLastGoodCheckpoint();
        }

        if (end.Kind == RunEndKind.Completed || IsDivergence(end))
        {
            CompletedAt ??= Time.Now;
            return;
        }

        // Stopped by the user, or superseded: the process ends, and the user resumes the run if nobody else leads it.
        Time.In(Chance.Spread(1000, 1_000_000), () =>
        {
            Kill(coordinator, hostDied: false);
            EnsureCluster();
        });
    }

    /// <summary>A failure that had to come, and says what it has to say.</summary>
    public bool IsDivergence(RunEnd end) =>
        end.Kind == RunEndKind.Failed && Scenario.Divergence is { } divergence && divergence.IsNamedIn(end.Reason);

    public void ReleaseHeldFrames()
    {
        foreach (SimulatedConnection connection in _connections)
        {
            foreach (Pipe pipe in connection.Pipes)
            {
                pipe.ReleaseHeld();
            }
        }
    }

    public bool IsTraced => _trace is not null;

    public void Trace([InterpolatedStringHandlerArgument("")] TraceLine line) =>
        _trace?.Invoke($"{Time.Now / 1e6,10:0.000000}  {line.ToString()}");

    /// <summary>The weather clears.</summary>
    private void Clear()
    {
        Trace($"the weather clears");
        _isClear = true;
        ClearedAt = Time.Now;
        Disk.IsFull = false;
        Network.UnblockAll();
        foreach (SimulatedCoordinator stale in _coordinators.SkipLast(1).ToList())
        {
            Kill(stale, hostDied: false);
        }

        foreach (SimulatedProcess process in _coordinators.Cast<SimulatedProcess>().Concat(_aggregators).Concat(_workers).ToList())
        {
            process.Thaw();
        }

        foreach (SimulatedWorker worker in _workers)
        {
            worker.Slowness = 1;
            worker.PoisonNext = false;
        }

        Tend();
    }

    /// <summary>What an operator does in clear weather: looks every second whether everybody is there.</summary>
    private void Tend()
    {
        EnsureCluster();
        Time.In(1_000_000, Tend);
    }

    private void EnsureAggregators()
    {
        for (int level = 0; level < Scenario.Aggregators.Count; level++)
        {
            for (int index = 0; index < Scenario.Aggregators[level]; index++)
            {
                StartAggregator(new AggregatorPlace(level, index));
            }
        }
    }

    /// <summary>Mostly the newest one answers.</summary>
    private SimulatedCoordinator? Coordinator() => _coordinators.Count == 0
        ? null
        : Chance.Chance(0.85) ? _coordinators[^1] : Chance.Pick(_coordinators);

    /// <summary>The child's own one, by host or place; another one of the same level now and then.</summary>
    private SimulatedAggregator? Aggregator(int host, AggregatorPlace? place)
    {
        int level = place is AggregatorPlace own ? own.Level - 1 : Scenario.Aggregators.Count - 1;
        int key = place?.Index ?? host;
        int index = (Chance.Chance(0.8) ? key : Chance.Below(Scenario.Aggregators[level])) % Scenario.Aggregators[level];
        return _aggregators.Find(aggregator => aggregator.Place == new AggregatorPlace(level, index));
    }

    private void CheckLastGoodCheckpoint()
    {
        if (Disk.Newest is { } checkpoint && checkpoint.Version > Scenario.Divergence!.Version)
        {
            throw new PromiseBrokenException(
                $"version {checkpoint.Version} was kept, although step {Scenario.Divergence.Version + 1} diverged");
        }
    }

    private void Watch()
    {
        foreach (SimulatedCoordinator coordinator in _coordinators)
        {
            coordinator.Watch();
        }

        Time.In(WatchEveryMicroseconds, Watch);
    }

    private void EnsureCluster()
    {
        if (_coordinators.Count == 0)
        {
            StartCoordinator();
        }

        EnsureAggregators();
        bool isRunning = _coordinators[^1].End is null;
        while (isRunning && _workers.Count(worker => worker.Stranger == Stranger.None) < Math.Max(Scenario.WorkersMin, Scenario.WorkersAtStart))
        {
            StartWorker();
        }
    }

    private long DeadlineOf() => _isClear ? ClearedAt + Scenario.LivenessMicroseconds : long.MaxValue;

    private bool IsOver() => CompletedAt is not null && _workers.Count == 0 && _aggregators.Count == 0;

    private string WhyNotOver()
    {
        string status = string.Join("; ", _coordinators.Select(coordinator => coordinator.Describe()));
        return $"{Scenario.LivenessMicroseconds / 1e6:0} s after the faults stopped the run is not over: "
            + (CompletedAt is null ? "not completed" : "completed")
            + $", {_workers.Count} workers and {_aggregators.Count} aggregators live; {status}; "
            + string.Join("; ", _aggregators.Select(aggregator => aggregator.Describe()));
    }
}
