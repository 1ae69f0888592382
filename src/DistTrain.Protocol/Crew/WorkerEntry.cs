using DistTrain.Numerics;

namespace DistTrain.Protocol;

internal enum WorkerStage
{
    /// <summary>Connected; its Hello has not come.</summary>
    Silent,

    /// <summary>Welcomed; loads run file and data.</summary>
    Loading,

    /// <summary>Takes part.</summary>
    Ready,

    /// <summary>Ends in good order; gets nothing more, what it still sends counts.</summary>
    Leaving,
}

/// <summary>What the coordinator knows of one connected worker.</summary>
internal sealed class WorkerEntry(WorkerId id, Instant now)
{
    private readonly HashSet<(int Bucket, TreeNode Node)> _delivered = [];
    private readonly WorkerSpeed _trainSpeed = new();
    private readonly WorkerSpeed _evaluationSpeed = new();
    private ulong[] _assigned = [];
    private bool[] _bucketsSent = [];
    private WeightVersion? _versionSent;
    private int _buckets;
    private long _computeMicroseconds;
    private Instant _busySince;
    private int _busyShards;
    private Instant _givenAt;

    public WorkerId Id => id;

    public WorkerStage Stage { get; set; } = WorkerStage.Silent;

    public string Name { get; set; } = "no name yet";

    public int Threads { get; set; } = 1;

    public Instant LastWord { get; set; } = now;

    public bool IsReady => Stage == WorkerStage.Ready;

    /// <summary>Shards given to it in this round.</summary>
    public int Assigned { get; private set; }

    /// <summary>Sums of single shards of single buckets that it still owes of this round's assignments.</summary>
    public long Owed { get; private set; }

    /// <summary>Sums that it sent again in this round.</summary>
    public int Repetitions { get; set; }

    public bool IsBusy => Owed > 0;

    public bool IsIdle => IsReady && Owed == 0;

    /// <summary>It has sent a sum of this round, so it holds the round's weights whole.</summary>
    public bool HasDelivered => _delivered.Count > 0;

    public WorkerSpeed Speed(RoundKind kind) => kind == RoundKind.Train ? _trainSpeed : _evaluationSpeed;

    public void BeginRound(RoundProgress progress)
    {
        int words = (progress.Shards + 63) / 64;
        _assigned = _assigned.Length == words ? _assigned : new ulong[words];
        Array.Clear(_assigned);
        _delivered.Clear();
        _buckets = progress.Buckets;
        _busyShards = 0;
        Assigned = 0;
        Owed = 0;
        Repetitions = 0;
    }

    /// <summary>Notes that a bucket of a version goes out to it; false if it did before.</summary>
    public bool NoteWeightsSent(WeightVersion version, int bucket, int bucketCount)
    {
        if (_versionSent != version)
        {
            _versionSent = version;
            _bucketsSent = _bucketsSent.Length == bucketCount ? _bucketsSent : new bool[bucketCount];
            Array.Clear(_bucketsSent);
        }

        bool isNew = !_bucketsSent[bucket];
        _bucketsSent[bucket] = true;
        return isNew;
    }

    public bool Has(int shard) =>
        shard >> 6 < _assigned.Length && (_assigned[shard >> 6] >> (shard & 63) & 1) != 0;

    public void Give(int shard, Instant at)
    {
        if (Owed == 0)
        {
            _busySince = at;
            _busyShards = 0;
            _computeMicroseconds = 0;
        }

        _givenAt = at;
        _assigned[shard >> 6] |= 1UL << (shard & 63);
        _busyShards++;
        Assigned++;
        Owed += _buckets;
    }

    /// <summary>Notes one sum; false if it sent the same one before.</summary>
    public bool Deliver(WorkerMessage.PartialSum header, int shards, Instant at, RoundKind kind)
    {
        if (!_delivered.Add((header.Bucket, header.Node)))
        {
            return false;
        }

        _computeMicroseconds += Math.Clamp(header.ComputeMicroseconds, 0, ComputeMicrosecondsMax);
        Owed = Math.Max(0, Owed - shards);
        if (Owed == 0)
        {
            Speed(kind).Measure(_busyShards, _computeMicroseconds * 1e-6, (at - _busySince).TotalSeconds);
        }

        return true;
    }

    /// <summary>Takes note of what the end of a round tells about a worker that did not finish, or had nothing to do.</summary>
    public void EndRound(Instant at, RoundKind kind, double typicalShardsPerSecond)
    {
        if (Owed > 0)
        {
            // Sums come node by node, so of what is missing nothing may be done, or nearly all.
            Speed(kind).MeasureAtMost(_busyShards, (at - _busySince).TotalSeconds);
        }
        else if (Assigned == 0 && LastWord > _givenAt)
        {
            // One that was not heard of since it was last given something may be frozen: another try would cost a round.
            Speed(kind).SatIdle(typicalShardsPerSecond);
        }
    }

    /// <summary>When it should have finished all that it was given since it was last idle.</summary>
    /// <param name="fallback">What to expect of a worker that was never measured; null: nothing is known.</param>
    public Instant LateAt(RoundKind kind, (double ShardsPerSecondAndThread, double OverheadSeconds)? fallback)
    {
        WorkerSpeed speed = Speed(kind);
        double seconds;
        if (speed.ShardsPerSecond is double measured)
        {
            seconds = speed.OverheadSeconds + (_busyShards / measured);
        }
        else if (fallback is (double perThread, double overhead))
        {
            seconds = overhead + (_busyShards / (perThread * Threads));
        }
        else
        {
            return _busySince + TimeSpan.FromSeconds(Stragglers.UnmeasuredSeconds);
        }

        double allowed = Math.Min((seconds * Stragglers.LateFactor) + Stragglers.LateSlackSeconds, SecondsMax);
        return _busySince + TimeSpan.FromSeconds(allowed);
    }

    /// <summary>The coordinator itself stood still for a while; nobody else is to blame.</summary>
    public void Forgive(Instant at, TimeSpan pause)
    {
        LastWord = at;
        _busySince += pause;
    }

    /// <summary>An hour; more is no measurement.</summary>
    private const long ComputeMicrosecondsMax = 3_600_000_000;

    /// <summary>Thirty days.</summary>
    private const double SecondsMax = 30 * 86400.0;
}
