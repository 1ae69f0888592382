using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Gathers the parts of one step's time as the coordinator comes to know them; <see cref="StepTimes"/> says what each is. For
/// one thread. Moments are of <see cref="Stopwatch"/>. Allocates nothing once it has seen all workers.
/// </summary>
public sealed class StepTimer
{
    private readonly Dictionary<WorkerId, Share> _shares = [];
    private RoundNumber _round;
    private WorkerId _last;
    private long _reduceTicks;
    private long _updateTicks;
    private long _broadcastTicks;
    private long _waitTicks;
    private long _idleSince;
    private long _busyAtAssignment;
    private long _busyAtLastSum;

    private long BusyTicks => _reduceTicks + _updateTicks + _broadcastTicks;

    /// <summary>The coordinator begins to handle an input.</summary>
    public void Enter(long now) => _waitTicks += _idleSince == 0 ? 0 : now - _idleSince;

    /// <summary>It is done with it.</summary>
    public void Leave(long now) => _idleSince = now;

    /// <summary>A worker is given shards; the first assignment of a round opens it.</summary>
    public void AddAssignment(WorkerId worker, RoundNumber round, long now)
    {
        if (round != _round)
        {
            _round = round;
            _shares.Clear();
            _busyAtAssignment = BusyTicks;
            _busyAtLastSum = BusyTicks;
        }

        ref Share share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, worker, out bool isKnown);
        share.AssignedAt = isKnown ? share.AssignedAt : now;
    }

    /// <summary>A sum was taken up; what is of a round of the past, or of nobody's assignment, does not count.</summary>
    public void AddSum(WorkerId worker, WorkerMessage.PartialSum header, long now)
    {
        ref Share share = ref CollectionsMarshal.GetValueRefOrNullRef(_shares, worker);
        if (header.Round != _round || Unsafe.IsNullRef(ref share))
        {
            return;
        }

        share.Parts += header.Parts;
        share.ComputeMicroseconds += header.ComputeMicroseconds;
        share.LastSumAt = now;
        _last = worker;
        _busyAtLastSum = BusyTicks;
    }

    public void AddReduce(long startedAt) => _reduceTicks += Stopwatch.GetTimestamp() - startedAt;

    public void AddUpdate(long startedAt) => _updateTicks += Stopwatch.GetTimestamp() - startedAt;

    public void AddBroadcast(long startedAt) => _broadcastTicks += Stopwatch.GetTimestamp() - startedAt;

    /// <summary>The figures since the last call; the next step starts from nothing.</summary>
    public StepTimes Take()
    {
        _shares.TryGetValue(_last, out Share share);
        var times = new StepTimes
        {
            Gather = share.Parts.Gather,
            Forward = share.Parts.Forward,
            Backward = share.Parts.Backward,
            WorkerReduce = share.Parts.Add,
            Send = Math.Max(0, Microseconds(share.LastSumAt - share.AssignedAt) - share.ComputeMicroseconds),
            Wait = Microseconds(_waitTicks),
            Reduce = Microseconds(_reduceTicks),
            Update = Microseconds(_updateTicks),
            Broadcast = Microseconds(_broadcastTicks),
            Hidden = Microseconds(_busyAtLastSum - _busyAtAssignment),
        };
        _shares.Clear();
        (_reduceTicks, _updateTicks, _broadcastTicks, _waitTicks) = (0, 0, 0, 0);
        (_busyAtAssignment, _busyAtLastSum) = (0, 0);
        return times;
    }

    private static long Microseconds(long ticks) => (long)Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;

    /// <summary>One worker's part in the round.</summary>
    private struct Share
    {
        public long AssignedAt;
        public long LastSumAt;
        public long ComputeMicroseconds;
        public ComputeParts Parts;
    }
}
