using System.Collections.Immutable;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>One step of <see cref="StepModel"/>: the times at which each bucket passes each part. Seconds.</summary>
internal sealed class StepTimeline
{
    private readonly StepCosts _costs;
    private readonly FanInTree _tree;
    private readonly WorkShares _shares;
    private readonly int? _sharedCores;
    private readonly SharedCoreWork? _shared;
    private readonly double _latency;
    private readonly double _linkSecondsPerByte;
    private readonly double _computeSeconds;
    private readonly double _evenComputeSeconds;
    private readonly double[] _ready;
    private readonly double[] _started;
    private readonly double[] _left;

    /// <summary>By level: when the node above takes in the sums of its children, and sends them weights.</summary>
    private readonly (double From, double To)[] _takesIn;
    private readonly (double From, double To)[] _givesOut;

    public StepTimeline(StepCosts costs, ClusterNetwork network, FanInTree tree, WorkShares shares)
    {
        _costs = costs;
        _tree = tree;
        _shares = shares;
        _sharedCores = network.SharedCores;
        _latency = network.LatencySeconds;
        _linkSecondsPerByte = Math.Max(1 / network.BytesPerSecond, costs.ByteSeconds);
        _shared = network.SharedCores is int cores ? new SharedCoreWork(costs, tree, shares, cores) : null;
        _computeSeconds = _shared?.ComputeSeconds() ?? SharedCoreWork.PassSeconds(costs, shares.BusiestWorker);
        _evenComputeSeconds = _shared?.EvenComputeSeconds() ?? costs.Compute.Seconds((double)costs.BatchRows / tree.Workers);
        _ready = new double[costs.BucketFloats.Length];
        _started = new double[_ready.Length];
        _left = new double[_ready.Length];
        _takesIn = new (double, double)[tree.Levels.Length + 1];
        _givesOut = new (double, double)[tree.Levels.Length + 1];
    }

    /// <returns>From the begin of the busiest worker's computing to its next.</returns>
    public double Run()
    {
        double step = 0;
        for (int pass = 0; pass < Passes; pass++)
        {
            step = RunOnce();
        }

        return Math.Max(step, _shared?.AllWorkSeconds() ?? 0);
    }

    private double RunOnce()
    {
        int lastLevel = _tree.Levels.Length;
        double rowsPerShard = (double)_costs.BatchRows / _costs.Shards;
        double lastNode = _costs.Compute.Seconds(_shares.BusiestWorker[^1] * rowsPerShard)
            * (_computeSeconds / _shares.BusiestWorker.Sum(count => _costs.Compute.Seconds(count * rowsPerShard)));
        double earlier = _computeSeconds - lastNode;
        for (int i = 0; i < _ready.Length; i++)
        {
            _ready[i] = earlier + (lastNode * _costs.SumsReadyShare[BucketAt(i)]);
        }

        _ready[^1] += _shared?.PassDelay() ?? 0;

        for (int level = lastLevel; level >= 0; level--)
        {
            SendUp(level, earlier);
            AddUp(level);
        }

        double closed = _ready[^1];
        double lastWeights = 0;
        for (int level = 0; level <= lastLevel; level++)
        {
            lastWeights = SendDown(level);
        }

        double assignment = closed + ((lastLevel + 1) * (_latency + (2 * _costs.MessageSeconds)));
        return Math.Max(lastWeights, assignment);
    }

    /// <summary>Seconds of a step during which each part is busy.</summary>
    public ImmutableSortedDictionary<StepLimit, double> Parts()
    {
        double bytes = _costs.SumBytes;
        int levels = _tree.Levels.Length;
        var parts = new Dictionary<StepLimit, double>
        {
            [StepLimit.Compute] = _computeSeconds,
            [StepLimit.Shards] = Math.Max(0, _computeSeconds - _evenComputeSeconds),
            [StepLimit.CoordinatorLink] = LinkSeconds(0, bytes),
            [StepLimit.WorkerLink] = _shares.SumsPerNodeMax[levels] * bytes * _linkSecondsPerByte,
            [StepLimit.Latency] = 2 * (levels + 1) * _latency,
            [StepLimit.CoordinatorWork] = Work(0).Sum() + UpdateSeconds(_costs.BucketFloats.Sum(f => (long)f)),
        };
        if (levels > 0)
        {
            parts[StepLimit.AggregatorLink] = Enumerable.Range(1, levels).Max(level => LinkSeconds(level, bytes));
            parts[StepLimit.AggregatorWork] = Enumerable.Range(1, levels).Max(level => Work(level).Sum());
        }

        if (_shared?.AllWorkSeconds() is double all && all > _computeSeconds)
        {
            parts[StepLimit.SharedCores] = all;
        }

        return parts.ToImmutableSortedDictionary();
    }

    /// <summary>The buckets leave in the order in which the backward pass ends them: the last first.</summary>
    private int BucketAt(int place) => _ready.Length - 1 - place;

    private double BytesAt(int place) => _costs.BucketFloats[BucketAt(place)] * (double)sizeof(float);

    /// <summary>The nodes of a level send what is ready; it arrives at the node above that gets the most.</summary>
    private void SendUp(int level, double earlier)
    {
        int children = _tree.ChildrenMax(level);
        int sums = _shares.SumsPerParentMax[level];
        bool isWorker = level == _tree.Levels.Length;
        int own = isWorker ? 1 : _shares.SumsPerNodeMax[level];

        // Sums of the busiest worker's earlier nodes travel while it computes the last one.
        double earlySums = isWorker ? sums - children : 0;
        double outFree = isWorker && earlier > 0
            ? (earlier / _shares.BusiestWorker.Count)
                + ((_shares.BusiestWorker.Count - 1) * _costs.SumBytes * _linkSecondsPerByte)
            : 0;
        double inFree = (earlier / Math.Max(1, _shares.BusiestWorker.Count))
            + (earlySums * _costs.SumBytes * ParentSecondsPerByte(children));
        double copies = isWorker ? children : sums;
        for (int i = 0; i < _ready.Length; i++)
        {
            double start = Math.Max(_ready[i], outFree);
            double sending = own * BytesAt(i) * _linkSecondsPerByte;
            outFree = isWorker
                ? start + sending
                : Beside(start, sending, _givesOut[level + 1], _tree.ChildrenMax(level + 1));
            double inStart = Math.Max(start + _latency, inFree);
            _started[i] = inStart;
            inFree = Math.Max(outFree + _latency, inStart + (copies * BytesAt(i) * ParentSecondsPerByte(children)));
            _left[i] = inFree;
        }

        _takesIn[level] = (_started[0], inFree);
    }

    /// <summary>The node above adds what arrives; the coordinator also updates the weights.</summary>
    private void AddUp(int level)
    {
        double[] work = Work(level);
        double free = 0;
        for (int i = 0; i < _ready.Length; i++)
        {
            double floats = _costs.BucketFloats[BucketAt(i)];
            double update = level == 0 ? UpdateSeconds(floats) : 0;
            double last = _costs.MessageSeconds
                + (_shares.SumsPerParentMax[level] > 1 ? floats / _costs.AddFloatsPerSecond : 0);
            double begun = Math.Max(_started[i], free);
            _ready[i] = Math.Max(begun + work[i], _left[i] + last) + update;
            free = _ready[i];
        }
    }

    /// <returns>When the last child has its last bucket.</returns>
    private double SendDown(int level)
    {
        int children = _tree.ChildrenMax(level);
        bool toWorkers = level == _tree.Levels.Length;
        double first = _ready[0];
        double free = 0;
        double taken = 0;
        for (int i = 0; i < _ready.Length; i++)
        {
            double begun = Math.Max(_ready[i], free);
            free = begun + Math.Max(
                children * BytesAt(i) * ParentSecondsPerByte(children), children * _costs.MessageSeconds);
            double receiving = BytesAt(i) * _linkSecondsPerByte;
            double arrived = Math.Max(free, begun + receiving) + _latency;
            if (!toWorkers)
            {
                double contended = Beside(
                    Math.Max(begun + _latency, taken), receiving, _takesIn[level + 1], _tree.ChildrenMax(level + 1));
                arrived = Math.Max(arrived, contended);
                taken = arrived;
            }

            _ready[i] = arrived + _costs.MessageSeconds;
        }

        _givesOut[level] = (first, free);
        return _ready.Max();
    }

    /// <summary>When a transfer ends that shares its wire fairly with the flows of the node's children while these last.</summary>
    private static double Beside(double start, double seconds, (double From, double To) others, int flows)
    {
        double alone = Math.Clamp(others.From - start, 0, seconds);
        double time = start + alone;
        double left = seconds - alone;
        double shared = Math.Max(0, others.To - time) / (flows + 1);
        return left <= shared ? time + (left * (flows + 1)) : Math.Max(time, others.To) + (left - shared);
    }

    /// <summary>What one pass finds of who shares a wire when, the next one takes into account.</summary>
    private const int Passes = 4;

    /// <summary>Of the actor above a level, for each bucket: messages in and out, additions.</summary>
    private double[] Work(int level)
    {
        int sums = _shares.SumsPerParentMax[level];
        double messages = (sums + _tree.ChildrenMax(level)) * _costs.MessageSeconds;
        double[] work = new double[_ready.Length];
        for (int i = 0; i < work.Length; i++)
        {
            work[i] = messages + ((sums - 1) * _costs.BucketFloats[BucketAt(i)] / _costs.AddFloatsPerSecond);
        }

        return work;
    }

    private double UpdateSeconds(double floats) => floats / _costs.UpdateFloatsPerSecond;

    private double LinkSeconds(int level, double bytes) =>
        Math.Max(_shares.SumsPerParentMax[level], _tree.ChildrenMax(level)) * bytes
        * ParentSecondsPerByte(_tree.ChildrenMax(level));

    /// <summary>On one machine there is no wire to share: the flows run side by side, as far as there are cores.</summary>
    private double ParentSecondsPerByte(int children) => _sharedCores is int cores
        ? _linkSecondsPerByte / Math.Min(children, cores)
        : _linkSecondsPerByte;
}
