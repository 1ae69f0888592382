using System.Runtime.InteropServices;
using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>The shell around a real <see cref="CoordinatorProtocol"/>: holds the floats, performs the effects, is checked.</summary>
internal sealed class SimulatedCoordinator : SimulatedProcess, IParentProcess
{
    private readonly CoordinatorProtocol _machine;
    private readonly Dictionary<WorkerId, CoordinatorEnd> _ends = [];
    private readonly SumLedger _sums;
    private readonly RoundChecker _checker;
    private readonly ShardChecker _shards;
    private float[] _weights;
    private float[] _nextWeights;
    private long _version;
    private readonly WeightUpdate _update;
    private int _nextWorker;

    public SimulatedCoordinator(World world, int host, Term term)
        : base(world, host, $"coordinator of term {term.Value}")
    {
        Scenario scenario = world.Scenario;
        TinyTask task = scenario.Task;
        SimulatedDisk.Checkpoint? checkpoint = world.Disk.Newest;
        _update = task.NewUpdate();
        _weights = [.. checkpoint?.Weights ?? task.ReferenceWeights[0]];
        checkpoint?.State.CopyTo(_update.State);
        _nextWeights = new float[_weights.Length];
        WeightVersion start = new(checkpoint?.Version ?? 0);
        _version = start.Value;
        _sums = new SumLedger(this);
        _checker = new RoundChecker(task, start, checkpoint?.IsEvaluated ?? false, this);
        _shards = new ShardChecker(task, this);
        Term = term;
        _machine = new CoordinatorProtocol(new CoordinatorSettings(
            term, task.Plan, start, task.Buckets, scenario.WorkersMin, "{}", World.RunHash, World.DataHash, "/data",
            scenario.Times)
        {
            WorkersAtStart = scenario.WorkersAtStart,
            StartEvaluated = checkpoint?.IsEvaluated ?? false,
            Canary = world.Canary,
        });
    }

    public Term Term { get; }

    /// <summary>Its run cannot be completed.</summary>
    public bool Diverges => World.Scenario.Divergence is not null;

    /// <summary>How its run ended; null while it goes on.</summary>
    public RunEnd? End { get; private set; }

    /// <summary>For people: what it waits for.</summary>
    public string Describe()
    {
        CoordinatorStatus status = _machine.Status(Now);
        return $"{this}: {status.Phase}, version {status.Version.Value}, {status.ShardsDone} shards done of "
            + $"{status.Round}, {string.Join(", ", status.Workers)}";
    }

    public void Start() => Drive(new CoordinatorEvent.Started());

    /// <summary>Looks at it from outside, now and then.</summary>
    public void Watch()
    {
        if (IsAlive && !IsFrozen)
        {
            _shards.CheckLate(_machine.Status(Now));
        }
    }

    public void RequestStop() => Drive(new CoordinatorEvent.StopRequested("Ctrl-C"));

    SimulatedProcess IParentProcess.Process => this;

    public ConnectionEnd Accept()
    {
        CoordinatorEnd end = new(this, new WorkerId(++_nextWorker));
        Receive(() =>
        {
            if (end.IsOpen)
            {
                _ends.Add(end.Worker, end);
                Drive(new CoordinatorEvent.Connected(end.Worker));
            }
        });
        return end;
    }

    public override void Die(bool hostDied)
    {
        base.Die(hostDied);
        foreach (CoordinatorEnd end in _ends.Values)
        {
            end.Connection.Die(end, hostDied);
        }

        _ends.Clear();
        _update.Dispose();
    }

    public void Arrived(CoordinatorEnd end, FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload)
    {
        WorkerMessage parsed = MessageCodec.ReadWorkerMessage(message);
        if (kind == FrameKind.Control)
        {
            Drive(new CoordinatorEvent.MessageArrived(end.Worker, parsed));
        }
        else if (parsed is WorkerMessage.PartialSum header)
        {
            SumArrived(end, header, MemoryMarshal.Cast<byte, float>(payload).ToArray());
        }
    }

    public void Lost(CoordinatorEnd end, string reason)
    {
        if (_ends.Remove(end.Worker))
        {
            Drive(new CoordinatorEvent.Disconnected(end.Worker, reason));
        }
    }

    protected override void TimerRang() => Drive(new CoordinatorEvent.TimePassed());

    private void SumArrived(CoordinatorEnd end, WorkerMessage.PartialSum header, float[] floats)
    {
        CoordinatorStatus status = _machine.Status(Now);
        Round? round = status.Round;
        if (SumDefect.Find(World.Scenario.Task, status, header, floats) is string defect)
        {
            Violated(end, defect);
            return;
        }

        SumHandle sum = _sums.Take(floats);
        bool isStale = header.Term != Term || header.Round.Value < (round?.Number.Value ?? 0);
        Drive(new CoordinatorEvent.PartialArrived(end.Worker, header, sum), effects =>
        {
            if (!isStale)
            {
                _shards.Delivered(end.Worker, header, isTaken: !effects.Contains(new CoordinatorEffect.Release(sum)));
            }

            if (isStale && !effects.Contains(new CoordinatorEffect.Release(sum)))
            {
                throw new PromiseBrokenException(
                    $"{this} used a sum of term {header.Term.Value} and round {header.Round.Value} "
                    + $"in round {round?.Number.Value}");
            }
        });
    }

    private void Violated(CoordinatorEnd end, string what)
    {
        World.Counts.Refused++;
        Drive(new CoordinatorEvent.Violated(end.Worker, what));
    }

    /// <param name="check">Sees the effects before they are performed.</param>
    private void Drive(CoordinatorEvent input, Action<List<CoordinatorEffect>>? check = null)
    {
        World.Trace($"{this} <- {input}");
        List<CoordinatorEffect> effects = [.. _machine.Handle(Now, input).Effects];
        check?.Invoke(effects);
        int connections = _ends.Count;
        foreach (CoordinatorEffect effect in effects)
        {
            World.Trace($"{this} -> {effect}");
            Perform(effect);
        }

        CheckBounds(effects.Count, connections);
        _shards.CheckOwners(_machine.Status(Now));
        GoOnLater(_machine.HasWork, () => Drive(new CoordinatorEvent.CaughtUp()));
        SetTimer(_machine.NextDeadline);
    }

    private void Perform(CoordinatorEffect effect)
    {
        TinyTask task = World.Scenario.Task;
        switch (effect)
        {
            case CoordinatorEffect.Send { Message: CoordinatorMessage.Assign assign } send
                when _ends.TryGetValue(send.Worker, out CoordinatorEnd? end):
                CheckBelongs(end, assign);
                _shards.Given(send.Worker, assign);
                end.Connection.ControlDown.Send(Frames.Control(assign));
                break;
            case CoordinatorEffect.Send send when _ends.TryGetValue(send.Worker, out CoordinatorEnd? end):
                end.Connection.ControlDown.Send(Frames.Control(send.Message));
                break;
            case CoordinatorEffect.SendWeights send when _ends.TryGetValue(send.Worker, out CoordinatorEnd? end):
                CheckBelongs(end, send.Header);
                int start = task.BucketStart(send.Header.Bucket);
                int length = task.BucketStart(send.Header.Bucket + 1) - start;
                float[] version = send.Header.Version.Value == _version ? _weights : _nextWeights;
                _checker.WeightsSent(send.Header.Version, send.Header.Bucket, version.AsSpan(start, length));
                end.Connection.TensorDown.Send(Frames.Tensor(send.Header, version.AsSpan(start, length)));
                break;
            case CoordinatorEffect.Disconnect disconnect when _ends.Remove(disconnect.Worker, out CoordinatorEnd? end):
                end.Close();
                break;
            case CoordinatorEffect.Add add:
                _sums.Add(add.Left, add.Right);
                break;
            case CoordinatorEffect.Release release:
                _sums.Give(release.Sum);
                break;
            case CoordinatorEffect.ApplyBucket apply:
                Apply(apply);
                break;
            case CoordinatorEffect.CloseRound close:
                Close(close.Round);
                break;
            case CoordinatorEffect.Notify notify:
                World.Counts.Note(notify.Notice);
                break;
            case CoordinatorEffect.Finish finish:
                End = finish.End;
                _checker.Finished(finish.End, _sums.Count, mayFail: World.IsSuperseded(Term) || World.IsDivergence(finish.End));
                World.CoordinatorFinished(this, finish.End);
                break;
        }
    }

    private void CheckBelongs(CoordinatorEnd end, CoordinatorMessage message)
    {
        if (end.Connection.Worker is SimulatedWorker { Stranger: not Stranger.None } worker)
        {
            throw new PromiseBrokenException($"{this} sends {message} to a stranger: {worker} {worker.Stranger}");
        }
    }

    private void Apply(CoordinatorEffect.ApplyBucket apply)
    {
        float[] sums = _sums.Give(apply.Sum);
        _checker.BucketApplied(apply.Round, apply.Bucket, sums);
        if (apply.Round.Kind == RoundKind.Train)
        {
            TinyTask task = World.Scenario.Task;
            int start = task.BucketStart(apply.Bucket);
            int length = task.BucketStart(apply.Bucket + 1) - start;
            _update.ApplyNext(apply.Round.Version.Value, 1, _weights, _nextWeights, start, sums.AsSpan(0, length), false);
        }
    }

    private void Close(Round round)
    {
        bool isEvaluated = round.Kind == RoundKind.Evaluate;
        if (!isEvaluated)
        {
            _update.Advance();
            (_weights, _nextWeights) = (_nextWeights, _weights);
            _version++;
        }

        _checker.RoundClosed(round, _weights);
        World.Counts.Rounds++;
        World.RoundsClosedAt.Add(World.Time.Now);
        long version = round.Version.Value + (isEvaluated ? 0 : 1);
        if (isEvaluated || version % World.Scenario.CheckpointEvery == 0)
        {
            World.Disk.Write(new SimulatedDisk.Checkpoint(version, isEvaluated, [.. _weights], _update.State.ToArray()));
        }

        World.Time.In(World.Chance.Below((int)World.Scenario.DelayMicroseconds), () => Receive(
            () => Drive(new CoordinatorEvent.RoundClosed(round.Number, new RoundOutcome.GoOn()))));
    }

    /// <param name="connections">Before the effects: some of them may end connections.</param>
    private void CheckBounds(int effectCount, int connections)
    {
        TinyTask task = World.Scenario.Task;
        int sumsMax = SumsMax(task);
        int effectsMax = 16 + (sumsMax * 4) + (connections * (task.Buckets + 8));
        if (_sums.Count > sumsMax || effectCount > effectsMax)
        {
            throw new PromiseBrokenException(
                $"{this} holds {_sums.Count} sums (at most {sumsMax}) and wants {effectCount} effects at once "
                + $"(at most {effectsMax})");
        }
    }
}

/// <summary>The coordinator's end of one worker's connection.</summary>
internal sealed class CoordinatorEnd(SimulatedCoordinator coordinator, WorkerId worker) : ConnectionEnd(coordinator)
{
    public WorkerId Worker => worker;

    public override void Arrived(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload) =>
        coordinator.Arrived(this, kind, message, payload);

    public override void Lost(string reason) => coordinator.Lost(this, reason);
}
