using System.Runtime.InteropServices;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>The shell around a real <see cref="AggregatorProtocol"/>: passes floats through, adds sums, is checked.</summary>
internal sealed class SimulatedAggregator : SimulatedProcess, IParentProcess
{
    private readonly AggregatorProtocol _machine;
    private readonly Dictionary<WorkerId, AggregatorBottom> _below = [];
    private readonly WeightSlots _weights;
    private readonly SumLedger _sums;
    private readonly ShardChecker _shards;
    private AggregatorTop? _above;
    private bool _isLoading;
    private int _connectTries;
    private int _nextWorker;

    public SimulatedAggregator(World world, int host, AggregatorPlace place)
        : base(world, host, $"aggregator {place.Index} of level {place.Level}, process {host}")
    {
        Place = place;
        _weights = new WeightSlots(world.Scenario.Task);
        _sums = new SumLedger(this);
        _shards = new ShardChecker(world.Scenario.Task, this);
        _machine = new AggregatorProtocol(new AggregatorSettings(ToString(), 1, 1, world.Scenario.Times)
        {
            Canary = world.Canary,
        });
    }

    public AggregatorPlace Place { get; }

    public SimulatedConnection? Connection => _above?.Connection;

    SimulatedProcess IParentProcess.Process => this;

    public string Describe() => $"{this}: {_machine.Status(Now).Phase}, {string.Join(", ", _machine.Status(Now).Workers)}";

    public void Start() => Connect(0);

    public void RequestLeave() => Receive(() => Drive(Above(new WorkerEvent.LeaveRequested("SIGTERM"))));

    ConnectionEnd IParentProcess.Accept()
    {
        var end = new AggregatorBottom(this, new WorkerId(++_nextWorker));
        World.Time.In(0, () => Receive(() =>
        {
            if (end.IsOpen)
            {
                _below.Add(end.Worker, end);
                Drive(Below(new CoordinatorEvent.Connected(end.Worker)));
            }
        }));
        return end;
    }

    public override void Die(bool hostDied)
    {
        base.Die(hostDied);
        foreach (AggregatorBottom end in _below.Values)
        {
            end.Connection.Die(end, hostDied);
        }

        _below.Clear();
        _above?.Connection.Die(_above, hostDied);
        _above = null;
    }

    public void ArrivedFromAbove(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload)
    {
        CoordinatorMessage parsed = MessageCodec.ReadCoordinatorMessage(message);
        if (kind == FrameKind.Control)
        {
            Drive(Above(new WorkerEvent.MessageArrived(parsed)));
        }
        else if (parsed is CoordinatorMessage.Weights header)
        {
            _weights.Store(header, MemoryMarshal.Cast<byte, float>(payload));
            Drive(Above(new WorkerEvent.WeightsArrived(header)));
        }
    }

    public void ArrivedFromBelow(AggregatorBottom end, FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload)
    {
        WorkerMessage parsed = MessageCodec.ReadWorkerMessage(message);
        if (kind == FrameKind.Control)
        {
            Drive(Below(new CoordinatorEvent.MessageArrived(end.Worker, parsed)));
        }
        else if (parsed is WorkerMessage.PartialSum header)
        {
            SumArrived(end, header, MemoryMarshal.Cast<byte, float>(payload).ToArray());
        }
    }

    public void LostAbove(AggregatorTop end, string reason)
    {
        if (_above == end)
        {
            _above = null;
            Drive(Above(new WorkerEvent.Disconnected(reason)));
        }
    }

    public void LostBelow(AggregatorBottom end, string reason)
    {
        if (_below.Remove(end.Worker))
        {
            Drive(Below(new CoordinatorEvent.Disconnected(end.Worker, reason)));
        }
    }

    protected override void TimerRang() => Drive(new AggregatorEvent.TimePassed());

    private static AggregatorEvent.FromAbove Above(WorkerEvent input) => new(input);

    private static AggregatorEvent.FromBelow Below(CoordinatorEvent input) => new(input);

    private void SumArrived(AggregatorBottom end, WorkerMessage.PartialSum header, float[] floats)
    {
        CoordinatorStatus status = _machine.Status(Now);
        if (SumDefect.Find(World.Scenario.Task, status, header, floats) is string defect)
        {
            World.Counts.Refused++;
            Drive(Below(new CoordinatorEvent.Violated(end.Worker, defect)));
            return;
        }

        SumHandle sum = _sums.Take(floats);
        List<AggregatorEffect> effects = Drive(Below(new CoordinatorEvent.PartialArrived(end.Worker, header, sum)));
        bool isOfNow = header.Term == status.Term && header.Round == status.Round?.Number;
        if (!isOfNow && !effects.Contains(new AggregatorEffect.Below(new CoordinatorEffect.Release(sum))))
        {
            throw new PromiseBrokenException(
                $"{this} used a sum of term {header.Term.Value} and round {header.Round.Value} in {status.Round}");
        }
    }

    private List<AggregatorEffect> Drive(AggregatorEvent input)
    {
        World.Trace($"{this} <- {input}");
        List<AggregatorEffect> effects = [.. _machine.Handle(Now, input).Effects];
        foreach (AggregatorEffect effect in effects)
        {
            World.Trace($"{this} -> {effect}");
            switch (effect)
            {
                case AggregatorEffect.Above above:
                    Perform(above.Effect);
                    break;
                case AggregatorEffect.Below below:
                    Perform(below.Effect);
                    break;
            }
        }

        TinyTask task = World.Scenario.Task;
        int sumsMax = SumsMax(task);
        if (_sums.Count > sumsMax)
        {
            throw new PromiseBrokenException($"{this} holds {_sums.Count} sums, at most {sumsMax} expected");
        }

        GoOnLater(_machine.HasWork, () => Drive(Below(new CoordinatorEvent.CaughtUp())));
        SetTimer(_machine.NextDeadline);
        return effects;
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case WorkerEffect.Send send:
                _above?.Connection.ControlUp.Send(Frames.Control(send.Message));
                break;
            case WorkerEffect.SendPartial send:
                _above?.Connection.TensorUp.Send(Frames.Tensor(send.Header, _sums[send.Sums]));
                break;
            case WorkerEffect.LoadRun:
                Load();
                break;
            case WorkerEffect.Reconnect reconnect:
                Hang();
                Connect(reconnect.After.Ticks / 10);
                break;
            case WorkerEffect.Finish finish:
                Finish(finish.End);
                break;
            default:
                throw new PromiseBrokenException($"{this} wants {effect} of its upper face");
        }
    }

    private void Perform(CoordinatorEffect effect)
    {
        switch (effect)
        {
            case CoordinatorEffect.Send { Message: CoordinatorMessage.Assign assign } send
                when _below.TryGetValue(send.Worker, out AggregatorBottom? end):
                _shards.Given(send.Worker, assign);
                end.Connection.ControlDown.Send(Frames.Control(assign));
                break;
            case CoordinatorEffect.Send send when _below.TryGetValue(send.Worker, out AggregatorBottom? end):
                end.Connection.ControlDown.Send(Frames.Control(send.Message));
                break;
            case CoordinatorEffect.SendWeights send when _below.TryGetValue(send.Worker, out AggregatorBottom? end):
                end.Connection.TensorDown.Send(Frames.Tensor(send.Header, _weights.Bucket(send.Header, this)));
                break;
            case CoordinatorEffect.Disconnect disconnect when _below.Remove(disconnect.Worker, out AggregatorBottom? end):
                end.Close();
                break;
            case CoordinatorEffect.Add add:
                _sums.Add(add.Left, add.Right);
                break;
            case CoordinatorEffect.Release release:
                _sums.Give(release.Sum);
                break;
            case CoordinatorEffect.Notify notify:
                World.Counts.Note(notify.Notice);
                break;
            case CoordinatorEffect.ApplyBucket or CoordinatorEffect.CloseRound or CoordinatorEffect.Finish:
                throw new PromiseBrokenException($"{this} wants {effect}, which is the coordinator's affair");
        }
    }

    private void Finish(RunEnd end)
    {
        Hang();
        if (_sums.Count != 0)
        {
            throw new PromiseBrokenException($"{this} ends with {_sums.Count} sums in hand");
        }

        // What it told its workers last is on its way; then the process ends.
        foreach (AggregatorBottom below in _below.Values)
        {
            below.Close();
        }

        _below.Clear();
        base.Die(false);
        World.AggregatorFinished(this, end);
    }

    private void Hang()
    {
        _above?.Close();
        _above = null;
        _weights.Forget();
    }

    private void Connect(long after)
    {
        int attempt = ++_connectTries;
        World.Time.In(after + World.Network.Delay(), () => Receive(() =>
        {
            if (attempt != _connectTries)
            {
                return;
            }

            var end = new AggregatorTop(this);
            if (World.TryConnect(end, Place))
            {
                _above = end;
                Drive(Above(new WorkerEvent.Connected()));
            }
            else
            {
                Drive(Above(new WorkerEvent.Disconnected("connection refused")));
            }
        }));
    }

    private void Load()
    {
        if (_isLoading)
        {
            throw new PromiseBrokenException($"{this} is told to load a run while it loads one");
        }

        _isLoading = true;
        World.Time.In(World.Chance.Spread(100, 200_000), () => Receive(() =>
        {
            _isLoading = false;
            Drive(Above(new WorkerEvent.RunLoaded(World.RunHash, World.DataHash, World.Scenario.Task.Buckets)));
        }));
    }
}

/// <summary>The aggregator's end of the connection to the node above.</summary>
internal sealed class AggregatorTop(SimulatedAggregator aggregator) : ConnectionEnd(aggregator)
{
    public override void Arrived(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload) =>
        aggregator.ArrivedFromAbove(kind, message, payload);

    public override void Lost(string reason) => aggregator.LostAbove(this, reason);
}

/// <summary>The aggregator's end of one worker's connection.</summary>
internal sealed class AggregatorBottom(SimulatedAggregator aggregator, WorkerId worker) : ConnectionEnd(aggregator)
{
    public WorkerId Worker => worker;

    public override void Arrived(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload) =>
        aggregator.ArrivedFromBelow(this, kind, message, payload);

    public override void Lost(string reason) => aggregator.LostBelow(this, reason);
}
