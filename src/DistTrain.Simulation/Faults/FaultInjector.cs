namespace DistTrain.Simulation;

/// <summary>Plans faults over the rough phase and makes them happen.</summary>
internal sealed class FaultInjector
{
    private readonly World _world;
    private readonly SeededSource _source;
    private readonly (int Weight, Action Fault)[] _catalogue;
    private readonly int _weights;

    public FaultInjector(World world, SeededSource source)
    {
        _world = world;
        _source = source;
        _catalogue =
        [
            (10, CrashWorker),
            (6, FreezeWorker),
            (8, SlowWorker),
            (6, Join),
            (5, Leave),
            (5, CutRoute),
            (5, BreakConnection),
            (4, LoseFrame),
            (6, DuplicateFrame),
            (6, ReplayFrame),
            (5, CorruptFrame),
            (4, PoisonSum),
            (4, CrashCoordinator),
            (2, FreezeCoordinator),
            (2, ReplaceCoordinatorThatLives),
            (1, StopCoordinator),
            (2, FillDisk),
            (3, SlowNetwork),
            (3, Knock),
            (5, EchoThePast),
        ];
        if (world.Scenario.Aggregators.Count > 0)
        {
            _catalogue =
            [
                .. _catalogue, (10, CrashAggregator), (4, FreezeAggregator), (3, LeaveAggregator), (4, CutAggregator),
                (4, BreakAggregator),
            ];
        }

        _weights = _catalogue.Sum(entry => entry.Weight);
    }

    public void Plan()
    {
        for (int i = 0; i < _world.Scenario.Faults; i++)
        {
            _world.Time.In((long)(_source.Share() * _world.Scenario.RoughMicroseconds), HappenOnce);
        }
    }

    private void HappenOnce()
    {
        if (_world.CompletedAt is not null)
        {
            return;
        }

        int ticket = _source.Below(_weights);
        foreach ((int weight, Action fault) in _catalogue)
        {
            ticket -= weight;
            if (ticket < 0)
            {
                _world.Trace($"fault: {fault.Method.Name}");
                _world.Counts.Faults++;
                fault();
                return;
            }
        }
    }

    private void CrashWorker()
    {
        if (Worker() is SimulatedWorker worker)
        {
            _world.Kill(worker, hostDied: _source.Chance(0.2));
            if (_source.Chance(0.8))
            {
                Later(1000, 3_000_000, _world.StartWorker);
            }
        }
    }

    private void FreezeWorker()
    {
        if (Worker() is SimulatedWorker worker)
        {
            worker.Freeze();
            Later(10_000, 8_000_000, worker.Thaw);
        }
    }

    private void SlowWorker()
    {
        if (Worker() is SimulatedWorker worker)
        {
            worker.Slowness = _source.Between(2, 30);
            Later(100_000, 5_000_000, () => worker.Slowness = 1);
        }
    }

    private void Join()
    {
        if (_world.LiveWorkers.Count < 10)
        {
            _world.StartWorker();
        }
    }

    private void Leave() => Worker()?.RequestLeave();

    private void CutRoute()
    {
        if (Worker() is SimulatedWorker worker && Coordinator() is SimulatedCoordinator coordinator)
        {
            Route up = new(worker.Host, coordinator.Host);
            Route down = new(coordinator.Host, worker.Host);
            int which = _source.Below(3);
            if (which != 0)
            {
                Cut(up);
            }

            if (which != 1)
            {
                Cut(down);
            }
        }
    }

    private void Cut(Route route)
    {
        _world.Network.Block(route);
        Later(5_000, 15_000_000, () => _world.Network.Unblock(route));
    }

    private void BreakConnection() => Worker()?.Connection?.Tear("cable pulled");

    private void LoseFrame() => OnPipe(pipe => pipe.LoseNext = true);

    private void DuplicateFrame() => OnPipe(pipe => pipe.DuplicateNext = true);

    private void ReplayFrame() => OnPipe(pipe => pipe.Replay(_source));

    private void CorruptFrame() => OnPipe(pipe => pipe.CorruptNext = true);

    private void PoisonSum()
    {
        if (Worker() is SimulatedWorker worker)
        {
            worker.PoisonNext = true;
        }
    }

    private void CrashAggregator()
    {
        if (Aggregator() is SimulatedAggregator aggregator)
        {
            _world.Counts.AggregatorsCrashed++;
            _world.Kill(aggregator, hostDied: _source.Chance(0.2));
            Later(1000, 5_000_000, () => _world.StartAggregator(aggregator.Place));
        }
    }

    private void FreezeAggregator()
    {
        if (Aggregator() is SimulatedAggregator aggregator)
        {
            aggregator.Freeze();
            Later(10_000, 15_000_000, aggregator.Thaw);
        }
    }

    private void LeaveAggregator() => Aggregator()?.RequestLeave();

    /// <summary>Between an aggregator and the coordinator, or a worker.</summary>
    private void CutAggregator()
    {
        SimulatedProcess? other = _source.Chance(0.5) ? Coordinator() : Worker();
        if (Aggregator() is SimulatedAggregator aggregator && other is not null)
        {
            Cut(new Route(aggregator.Host, other.Host));
            if (_source.Chance(0.5))
            {
                Cut(new Route(other.Host, aggregator.Host));
            }
        }
    }

    private void BreakAggregator() => Aggregator()?.Connection?.Tear("cable pulled");

    private SimulatedAggregator? Aggregator() =>
        _world.LiveAggregators.Count == 0 ? null : _source.Pick(_world.LiveAggregators);

    private void CrashCoordinator()
    {
        if (Coordinator() is SimulatedCoordinator coordinator)
        {
            _world.Kill(coordinator, hostDied: _source.Chance(0.2));
            Later(1000, 5_000_000, StartCoordinatorIfNone);
        }
    }

    private void FreezeCoordinator()
    {
        if (Coordinator() is SimulatedCoordinator coordinator)
        {
            coordinator.Freeze();
            Later(10_000, 15_000_000, coordinator.Thaw);
        }
    }

    /// <summary>Somebody believes the coordinator dead and starts another from the checkpoint; the old one works on.</summary>
    private void ReplaceCoordinatorThatLives()
    {
        if (_world.LiveCoordinators.Count < 3)
        {
            _world.StartCoordinator();
        }
    }

    private void StopCoordinator()
    {
        if (Coordinator() is { End: null } coordinator)
        {
            coordinator.Receive(coordinator.RequestStop);
        }
    }

    private void FillDisk()
    {
        _world.Disk.IsFull = true;
        Later(100_000, 5_000_000, () => _world.Disk.IsFull = false);
    }

    private void SlowNetwork()
    {
        _world.Network.Slowness = _source.Between(5, 100);
        Later(10_000, 2_000_000, () => _world.Network.Slowness = 1);
    }

    private void EchoThePast() => Worker()?.EchoThePast();

    private void Knock()
    {
        if (_world.LiveWorkers.Count < 10)
        {
            _world.StartStranger((Stranger)_source.Between(1, 3));
        }
    }

    private void StartCoordinatorIfNone()
    {
        if (_world.LiveCoordinators.Count == 0)
        {
            _world.StartCoordinator();
        }
    }

    private SimulatedWorker? Worker() => _world.LiveWorkers.Count == 0 ? null : _source.Pick(_world.LiveWorkers);

    private SimulatedCoordinator? Coordinator() =>
        _world.LiveCoordinators.Count == 0 ? null : _source.Pick(_world.LiveCoordinators);

    private void OnPipe(Action<Pipe> action)
    {
        bool isAggregators = _world.Scenario.Aggregators.Count > 0 && _source.Chance(0.4);
        if ((isAggregators ? Aggregator()?.Connection : Worker()?.Connection) is SimulatedConnection connection)
        {
            action(_source.Pick(connection.Pipes));
        }
    }

    private void Later(double least, double most, Action action) => _world.Time.In(_source.Spread(least, most), action);
}
