using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>One end of a connection: a process, and what it does with what arrives.</summary>
internal abstract class ConnectionEnd(SimulatedProcess process)
{
    public SimulatedProcess Process => process;

    public bool IsOpen { get; set; } = true;

    public SimulatedConnection Connection { get; set; } = null!;

    public abstract void Arrived(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload);

    public abstract void Lost(string reason);

    /// <summary>Closes this end; the other learns it in time.</summary>
    public void Close()
    {
        if (IsOpen)
        {
            IsOpen = false;
            Connection.SendEndFrom(this);
        }
    }
}

/// <summary>A worker's connection to a coordinator: a control link and a tensor link, each in both directions.</summary>
internal sealed class SimulatedConnection
{
    private readonly World _world;
    private readonly ConnectionEnd _worker;
    private readonly ConnectionEnd _coordinator;

    public SimulatedConnection(World world, ConnectionEnd worker, ConnectionEnd coordinator)
    {
        _world = world;
        _worker = worker;
        _coordinator = coordinator;
        worker.Connection = this;
        coordinator.Connection = this;
        Route up = new(worker.Process.Host, coordinator.Process.Host);
        Route down = new(coordinator.Process.Host, worker.Process.Host);
        ControlUp = new Pipe(world, this, coordinator, up);
        TensorUp = new Pipe(world, this, coordinator, up);
        ControlDown = new Pipe(world, this, worker, down);
        TensorDown = new Pipe(world, this, worker, down);
    }

    public SimulatedProcess Worker => _worker.Process;

    public Pipe ControlUp { get; }

    public Pipe TensorUp { get; }

    public Pipe ControlDown { get; }

    public Pipe TensorDown { get; }

    public IReadOnlyList<Pipe> Pipes => [ControlUp, TensorUp, ControlDown, TensorDown];

    /// <summary>Nothing arrives on it any more, whatever the ends believe.</summary>
    public bool IsTorn { get; private set; }

    public bool IsAlive => !IsTorn && (_worker.IsOpen || _coordinator.IsOpen);

    /// <summary>The network gives the connection up; each end learns it after a while, or (half-open) never.</summary>
    public void Tear(string reason)
    {
        if (IsTorn)
        {
            return;
        }

        _world.Trace($"{this} breaks: {reason}");
        IsTorn = true;
        TellLater(_worker, reason);
        TellLater(_coordinator, reason);
    }

    /// <summary>A process died: its end is gone without a word of its own.</summary>
    /// <param name="hostDied">Its operating system died too, so nobody tells the other end.</param>
    public void Die(ConnectionEnd dead, bool hostDied)
    {
        dead.IsOpen = false;
        if (hostDied)
        {
            IsTorn = true;
        }
        else if (_world.Chance.Chance(0.5))
        {
            SendEndFrom(dead);
        }
        else
        {
            IsTorn = true;
            TellLater(dead == _worker ? _coordinator : _worker, "connection reset by peer", surely: true);
        }
    }

    public void SendEndFrom(ConnectionEnd end)
    {
        (end == _worker ? ControlUp : ControlDown).SendEnd();
        if (_world.Chance.Chance(0.3))
        {
            (end == _worker ? TensorUp : TensorDown).SendEnd();
        }
    }

    public override string ToString() => $"the connection of {_worker.Process} and {_coordinator.Process}";

    private void TellLater(ConnectionEnd end, string reason, bool surely = false)
    {
        if (!surely && _world.Chance.Chance(0.15))
        {
            return;
        }

        _world.Time.In(_world.Chance.Spread(100, 800_000), () => end.Process.Receive(() =>
        {
            if (end.IsOpen)
            {
                end.IsOpen = false;
                end.Lost(reason);
            }
        }));
    }
}
