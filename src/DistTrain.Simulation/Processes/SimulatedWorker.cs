using System.Runtime.InteropServices;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>The shell around a real <see cref="WorkerProtocol"/>, with two buffers of weights, and computing that takes time, and reads
/// each bucket of weights when the machine opens it.</summary>
internal sealed class SimulatedWorker : SimulatedProcess
{
    private readonly WorkerProtocol _machine;
    private readonly WeightSlot[] _slots;
    private readonly Dictionary<int, float[]> _sums = [];
    private WeightSlot? _inUse;
    private Computation? _computation;
    private WorkerEnd? _end;
    private bool _isLoading;
    private int _connectTries;
    private int _nextSum;
    private byte[]? _newestSum;
    private byte[]? _sumOfThePast;

    public SimulatedWorker(World world, int host, string name, int threads)
        : base(world, host, name)
    {
        int weights = world.Scenario.Task.Network.Parameters.Length;
        _slots = [new WeightSlot(weights), new WeightSlot(weights)];
        _machine = new WorkerProtocol(name, threads, world.Scenario.Times) { Canary = world.Canary };
    }

    /// <summary>Factor on its computing time.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Why it must not take part; what it computes is wrong.</summary>
    public Stranger Stranger { get; init; }

    /// <summary>The next sum that it sends is not what it computed.</summary>
    public bool PoisonNext { get; set; }

    /// <summary>How it ended by itself; null while it lives, or if it was killed.</summary>
    public RunEnd? End { get; private set; }

    public SimulatedConnection? Connection => _end?.Connection;

    public void Start() => Connect(0);

    /// <summary>Sends the newest sum of its last connection over this one.</summary>
    public void EchoThePast()
    {
        if (_sumOfThePast is not null)
        {
            _end?.Connection.TensorUp.Send(_sumOfThePast);
        }
    }

    public void RequestLeave() => Receive(() => Drive(new WorkerEvent.LeaveRequested("SIGTERM")));

    public override void Die(bool hostDied)
    {
        base.Die(hostDied);
        _end?.Connection.Die(_end, hostDied);
        _end = null;
    }

    public void Arrived(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload)
    {
        CoordinatorMessage parsed = MessageCodec.ReadCoordinatorMessage(message);
        if (kind == FrameKind.Control)
        {
            Drive(new WorkerEvent.MessageArrived(parsed));
        }
        else if (parsed is CoordinatorMessage.Weights header)
        {
            Store(header, MemoryMarshal.Cast<byte, float>(payload));
            Drive(new WorkerEvent.WeightsArrived(header));
        }
    }

    public void Lost(WorkerEnd end, string reason)
    {
        if (_end == end)
        {
            _end = null;
            Drive(new WorkerEvent.Disconnected(reason));
        }
    }

    protected override void TimerRang() => Drive(new WorkerEvent.TimePassed());

    private void Drive(WorkerEvent input)
    {
        World.Trace($"{this} <- {input}");
        foreach (WorkerEffect effect in _machine.Handle(Now, input).Effects)
        {
            World.Trace($"{this} -> {effect}");
            Perform(effect);
        }

        if (_sums.Count > 1)
        {
            throw new PromiseBrokenException($"{this} holds {_sums.Count} sums, one at most is in hand");
        }

        SetTimer(_machine.NextDeadline);
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case WorkerEffect.Send { Message: WorkerMessage.Hello hello } when Stranger == Stranger.SpeaksAnotherVersion:
                WorkerMessage other = hello with { ProtocolVersion = hello.ProtocolVersion + 1 };
                _end?.Connection.ControlUp.Send(Frames.Control(other));
                break;
            case WorkerEffect.Send send:
                _end?.Connection.ControlUp.Send(Frames.Control(send.Message));
                break;
            case WorkerEffect.LoadRun:
                Load();
                break;
            case WorkerEffect.Compute compute:
                Begin(compute.Round, compute.Node);
                break;
            case WorkerEffect.OpenWeights open:
                Open(open);
                break;
            case WorkerEffect.Abandon:
                Abandon();
                break;
            case WorkerEffect.SendPartial send:
                SendSum(send.Header, _sums[send.Sums.Value]);
                break;
            case WorkerEffect.Release release when !_sums.Remove(release.Sums.Value):
                throw new PromiseBrokenException($"{this} released sum {release.Sums.Value}, which it does not hold");
            case WorkerEffect.Reconnect reconnect:
                Hang();
                Connect(reconnect.After.Ticks / 10);
                break;
            case WorkerEffect.Finish finish:
                End = finish.End;
                Hang();
                base.Die(false);
                World.WorkerFinished(this, finish.End);
                break;
        }
    }

    private void Hang()
    {
        _sumOfThePast = _newestSum;
        _end?.Close();
        _end = null;
        foreach (WeightSlot slot in _slots)
        {
            slot.BeginVersion(-1);
        }
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

            WorkerEnd end = new(this);
            if (World.TryConnect(end))
            {
                _end = end;
                Drive(new WorkerEvent.Connected());
            }
            else
            {
                Drive(new WorkerEvent.Disconnected("connection refused"));
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
            string runHash = Stranger == Stranger.HasAnotherRunFile ? "another" : World.RunHash;
            string dataHash = Stranger == Stranger.HasOtherData ? "other" : World.DataHash;
            Drive(new WorkerEvent.RunLoaded(runHash, dataHash, World.Scenario.Task.Buckets));
        }));
    }

    private void Store(CoordinatorMessage.Weights header, ReadOnlySpan<float> floats)
    {
        WeightSlot? slot = Array.Find(_slots, slot => slot.Version == header.Version.Value);
        if (slot is null)
        {
            if (_slots.Max(other => other.Version) > header.Version.Value)
            {
                return;
            }

            slot = SlotFor(header.Version.Value);
        }

        floats.CopyTo(slot.Floats.AsSpan(World.Scenario.Task.BucketStart(header.Bucket)));
    }

    /// <summary>
    /// As a real shell does it: the newest two versions stay. What a computation has read it keeps itself, as one keeps a
    /// reference.
    /// </summary>
    private WeightSlot SlotFor(long version)
    {
        WeightSlot slot = _slots.Where(other => other != _inUse).MinBy(other => other.Version)!;
        slot.BeginVersion(version);
        return slot;
    }

    private void Begin(Round round, TreeNode node)
    {
        if (_computation is not null)
        {
            throw new PromiseBrokenException($"{this} is told to compute {node} while it computes");
        }

        _inUse = Array.Find(_slots, slot => slot.Version == round.Version.Value) ?? SlotFor(round.Version.Value);
        _computation = new Computation(round, node, new float[_inUse.Floats.Length]);
        for (int bucket = 0; bucket < World.Scenario.Task.Buckets; bucket++)
        {
            if (_inUse?.Opened.Contains(bucket) == true)
            {
                Read(_computation, bucket);
            }
        }
    }

    private void Open(WorkerEffect.OpenWeights open)
    {
        WeightSlot slot = Array.Find(_slots, slot => slot.Version == open.Version.Value)
            ?? throw new PromiseBrokenException($"{this} opens version {open.Version.Value}, which it lacks");
        if (slot.Opened.Add(open.Bucket) && slot == _inUse && _computation?.Round.Version == open.Version)
        {
            Read(_computation, open.Bucket);
        }
    }

    /// <summary>A layer reads its parameters as soon as it may; computing takes its time from the last of them on.</summary>
    private void Read(Computation computation, int bucket)
    {
        TinyTask task = World.Scenario.Task;
        int start = task.BucketStart(bucket);
        _inUse!.Floats.AsSpan(start, task.BucketStart(bucket + 1) - start).CopyTo(computation.Weights.AsSpan(start));
        if (++computation.BucketsRead < task.Buckets)
        {
            return;
        }

        _inUse = null;

        int shards = TreeShape.Shards(computation.Node, computation.Round.ShardCount).Count;
        double jitter = 1 + (World.Scenario.Jitter * ((2 * World.Chance.Share()) - 1));
        long duration = (long)(shards * World.Scenario.ShardMicroseconds * Slowness * jitter);
        World.Time.In(duration, () => Receive(() => Finish(computation, duration)));
    }

    /// <summary>What waits for weights ends at once, what computes may, or not.</summary>
    private void Abandon()
    {
        if (_computation is not { } computation)
        {
            return;
        }

        computation.IsAbandoned = true;
        _inUse = null;
        if (computation.BucketsRead < World.Scenario.Task.Buckets)
        {
            World.Time.In(0, () => Receive(() => Finish(computation, 0)));
        }
    }

    private void Finish(Computation computation, long duration)
    {
        (Round round, TreeNode node) = (computation.Round, computation.Node);
        _computation = null;
        _inUse = null;
        bool isWhole = computation.BucketsRead == World.Scenario.Task.Buckets;
        if (computation.IsAbandoned && (!isWhole || World.Chance.Chance(0.5)))
        {
            Drive(new WorkerEvent.NodeAbandoned(round, node));
            return;
        }

        if (World.Scenario.Divergence is { } divergence && divergence.IsIn(round, TreeShape.Shards(node, round.ShardCount)))
        {
            Drive(new WorkerEvent.NodeNotFinite(round, divergence.Shard, Divergence.Tensor, Divergence.Finding));
            return;
        }

        SumHandle sums = new(_nextSum++);
        float[] computed = World.Scenario.Task.Compute(round, node, computation.Weights);
        computed[0] += Stranger == Stranger.None ? 0 : 1;
        _sums.Add(sums.Value, computed);
        World.Counts.Nodes++;
        bool isStreamed = round.Kind == RoundKind.Train && World.Chance.Chance(0.5);
        if (isStreamed)
        {
            StreamBuckets(round, node, sums, duration, World.Scenario.Task.Buckets - 1);
        }
        else
        {
            Drive(new WorkerEvent.NodeComputed(round, node, sums, duration));
        }
    }

    /// <summary>The last buckets leave first, a little apart; the first one with the node's end.</summary>
    private void StreamBuckets(Round round, TreeNode node, SumHandle sums, long duration, int bucket)
    {
        if (bucket == 0)
        {
            Drive(new WorkerEvent.NodeComputed(round, node, sums, duration));
            return;
        }

        Drive(new WorkerEvent.BucketComputed(round, node, bucket, sums, duration));
        long gap = World.Chance.Below((int)World.Scenario.ShardMicroseconds);
        World.Time.In(gap, () => Receive(() => StreamBuckets(round, node, sums, gap, bucket - 1)));
    }

    private void SendSum(WorkerMessage.PartialSum header, float[] sums)
    {
        TinyTask task = World.Scenario.Task;
        bool isTrain = sums.Length > task.Network.Parameters.Length;
        Round shape = new(header.Round, isTrain ? RoundKind.Train : RoundKind.Evaluate, default, 0, 0, 0, 1);
        ReadOnlySpan<float> floats = isTrain
            ? sums.AsSpan(task.BucketStart(header.Bucket), Length(task, shape, header.Bucket, sums.Length))
            : sums;
        if (PoisonNext)
        {
            PoisonNext = false;
            float[] poisoned = floats.ToArray();
            poisoned[^1] = float.NaN;
            floats = World.Chance.Chance(0.5) ? poisoned : poisoned.AsSpan(1);
        }

        _newestSum = Frames.Tensor(header, floats);
        _end?.Connection.TensorUp.Send(_newestSum);
    }

    private static int Length(TinyTask task, Round shape, int bucket, int whole) => bucket == task.Buckets - 1
        ? whole - task.BucketStart(bucket)
        : task.SumLength(shape, bucket);

    private sealed class WeightSlot(int length)
    {
        public float[] Floats { get; } = new float[length];

        /// <summary>−1: none.</summary>
        public long Version { get; private set; } = -1;

        /// <summary>Buckets that may be read.</summary>
        public HashSet<int> Opened { get; } = [];

        public void BeginVersion(long version)
        {
            Version = version;
            Opened.Clear();
        }
    }

    private sealed class Computation(Round round, TreeNode node, float[] weights)
    {
        public Round Round => round;

        public TreeNode Node => node;

        /// <summary>As they were when they were opened.</summary>
        public float[] Weights => weights;

        public int BucketsRead { get; set; }

        public bool IsAbandoned { get; set; }
    }
}

/// <summary>The worker's end of its connection.</summary>
internal sealed class WorkerEnd(SimulatedWorker worker) : ConnectionEnd(worker)
{
    public override void Arrived(FrameKind kind, ReadOnlyMemory<byte> message, byte[] payload) =>
        worker.Arrived(kind, message, payload);

    public override void Lost(string reason) => worker.Lost(this, reason);
}
