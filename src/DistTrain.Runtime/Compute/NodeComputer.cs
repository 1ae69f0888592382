using System.Diagnostics;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Computes the sums of tree nodes on threads of its own, one node at a time: the node's shards are split over the lanes,
/// each lane returns the sums of the maximal nodes inside its range, and these are added in tree order.
/// </summary>
/// <remarks>
/// Any number of lanes gives the same bits, because only additions of the canonical tree are made. In steady state nothing
/// is allocated but the answer's record.
/// </remarks>
public sealed class NodeComputer : IDisposable
{
    private readonly LoadedRun _run;
    private readonly Action<ComputedNode> _answer;
    private readonly ComputeLane[] _lanes;
    private readonly LaneTeam _team;
    private readonly LaneSignal _start = new();
    private readonly Thread _leader;
    private readonly SumBufferPool _trainSums;
    private readonly SumBufferPool _evaluationSums = new(MetricSums.Count);
    private readonly RowOrder _order;
    private readonly Queue<Request> _requests = new();
    private readonly PartialNodes _parts;
    private readonly BucketCountdown _countdown;
    private readonly Action<ComputedBucket> _answerBucket;
    private readonly bool[] _isBucketDone;
    private long _bucketsToldAt;
    private long _addTicks;
    private int _lanesUsed;
    private volatile bool _hasDefect;
    private ICoordinatorPort? _sums;
    private volatile bool _isStopping;
    private Exception? _laneFailure;
    private Request? _current;
    private ReadOnlyMemory<int> _rows;

    private sealed record Request(Round Round, TreeNode Node, WeightWait Weights);

    /// <param name="threads">Lanes; 1 or more.</param>
    /// <param name="answerBucket">Called on a compute thread when one bucket of a node's sums is final before the others.</param>
    /// <param name="answer">Called on a compute thread, once for each request.</param>
    public NodeComputer(LoadedRun run, int threads, Action<ComputedBucket> answerBucket, Action<ComputedNode> answer)
    {
        _run = run;
        _answer = answer;
        _answerBucket = answerBucket;
        _countdown = new BucketCountdown(run.Buckets, BucketReady);
        _isBucketDone = new bool[run.Buckets.Count];
        _order = new RowOrder(run);
        _trainSums = new SumBufferPool(run.Buckets.SumLength);
        _parts = new PartialNodes(threads);
        _lanes = [.. Enumerable.Range(0, threads).Select(_ => new ComputeLane(run))];
        _team = new LaneTeam(threads, ComputeLanePart, () => Sums?.SpareWork);
        _leader = ComputeThread.Start(0, Lead);
    }

    /// <summary>
    /// Where a training round's sums go, for vectors that need no copy on the way, and whose work lanes help with while they
    /// wait; null: nowhere.
    /// </summary>
    public ICoordinatorPort? Sums
    {
        get => Volatile.Read(ref _sums);
        set => Volatile.Write(ref _sums, value);
    }

    /// <summary>Asks for one node; the answer comes by itself. Takes over a reference to the weights, which are whole.</summary>
    public void Start(Round round, TreeNode node, WeightBuffer weights) =>
        Start(round, node, ArrivingWeights.Whole(_run.Buckets, weights));

    /// <summary>The same with weights that may still come in. Takes over a reference to them.</summary>
    internal void Start(Round round, TreeNode node, ArrivingWeights weights)
    {
        lock (_requests)
        {
            _requests.Enqueue(new Request(round, node, new WeightWait(weights)));
        }

        _start.Set();
    }

    /// <summary>
    /// What was asked for is not wanted any more: the answers come at once where computing waits for weights, or would come to
    /// the next layer, and say so.
    /// </summary>
    public void Abandon()
    {
        lock (_requests)
        {
            _current?.Weights.Abandon();
            foreach (Request request in _requests)
            {
                request.Weights.Abandon();
            }
        }
    }

    /// <summary>Gives up the node in hand, unless it is nearly done; requests that wait are dropped.</summary>
    public void Dispose()
    {
        _isStopping = true;
        Abandon();
        _start.Set();
        _leader.Join();
        _start.Dispose();
        _team.Dispose();
        foreach (ComputeLane lane in _lanes)
        {
            lane.Dispose();
        }

        while (_requests.TryDequeue(out Request? dropped))
        {
            dropped.Weights.Release();
        }

        _trainSums.Dispose();
        _evaluationSums.Dispose();
    }

    private void Lead()
    {
        while (true)
        {
            _start.Wait(Sums?.SpareWork);
            if (_isStopping)
            {
                return;
            }

            Request request;
            lock (_requests)
            {
                request = _requests.Dequeue();
                _current = request;
            }

            ComputedNode computed = TryCompute(request);
            lock (_requests)
            {
                _current = null;
            }

            request.Weights.Release();
            _answer(computed);
        }
    }

    private ComputedNode TryCompute(Request request)
    {
        try
        {
            return Compute(request);
        }
#pragma warning disable CA1031 // A compute thread that dies would end the process; the failure becomes the answer.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Failed(request, failure);
        }
    }

    private ComputedNode Failed(Request request, Exception failure)
    {
        _parts.ReleaseAll();
        TakeParts(Stopwatch.GetTimestamp());
        return new ComputedNode(request.Round, request.Node, null, 0, null)
        {
            Failure = failure is ComputationAbandonedException ? null : failure,
        };
    }

    private ComputedNode Compute(Request request)
    {
        (Round round, TreeNode node, WeightWait weights) = request;
        long started = Stopwatch.GetTimestamp();
        _rows = _order.Of(round);
        _laneFailure = null;
        _hasDefect = false;
        _bucketsToldAt = started;
        Array.Clear(_isBucketDone);
        _lanesUsed = Math.Min(_lanes.Length, node.EndShard(round.ShardCount) - node.FirstShard);
        _countdown.Begin(_lanesUsed);
        _team.Run();
        if (_laneFailure is { } failure)
        {
            return Failed(request, failure);
        }

        long addStartedAt = Stopwatch.GetTimestamp();
        int position = AddRest(round, node);
        SumBuffer sums = _parts.Take(node, round.ShardCount);
        position = position >= 0 || !_hasDefect ? position : Elementwise.FirstNonFinite(sums.Span);
        long micros = MicrosecondsOfComputing(weights, _bucketsToldAt, Stopwatch.GetTimestamp());
        if (position < 0)
        {
            return new ComputedNode(round, node, sums, Math.Max(1, micros), null) { Parts = TakeParts(addStartedAt) };
        }

        if (weights.IsAbandoned)
        {
            sums.Release();
            return new ComputedNode(round, node, null, micros, null);
        }

        NodeDefect defect = ShardDefects.Find(
                _run, round, node.FirstShard, node.EndShard(round.ShardCount), _rows.Span, _lanes[0], weights.Buffer,
                sums.Length)
            ?? new NodeDefect(
                node.FirstShard, ShardDefects.TensorAt(_run, round, position),
                $"{ShardDefects.Describe(sums.Span[position])} in the sum over {TreeShape.Shards(node, round.ShardCount)}");
        sums.Release();
        return new ComputedNode(round, node, null, micros, defect);
    }

    /// <summary>Adds the lanes' sums of what was not added yet, and searches it for values that are not finite.</summary>
    /// <returns>Position of the first one; −1: there is none.</returns>
    private int AddRest(Round round, TreeNode node)
    {
        if (round.Kind == RoundKind.Evaluate)
        {
            SumBuffer metrics = _parts.Add(node, round.ShardCount, 0, MetricSums.Count);
            return Elementwise.FirstNonFinite(metrics.Span);
        }

        int position = -1;
        for (int bucket = 0; bucket < _isBucketDone.Length; bucket++)
        {
            int start = _run.Buckets.WeightStart(bucket);
            int found = _isBucketDone[bucket] ? -1 : AddBucket(round, node, bucket, out _);
            position = position < 0 && found >= 0 ? start + found : position;
        }

        return position;
    }

    /// <returns>Position in the bucket of the first value that is not finite; −1: there is none.</returns>
    private int AddBucket(Round round, TreeNode node, int bucket, out SumBuffer sums)
    {
        int start = _run.Buckets.WeightStart(bucket);
        int length = _run.Buckets.SumLengthOf(bucket);
        sums = _parts.Add(node, round.ShardCount, start, length);
        int skipped = 0;
        if (Sums?.TakesUnchecked(sums) == true)
        {
            // The update will look at the gradient; the metrics are the worker's to check.
            skipped = bucket == _run.Buckets.Count - 1 ? length - MetricSums.Count : length;
        }

        int found = Elementwise.FirstNonFinite(sums.Span.Slice(start + skipped, length - skipped));
        return found < 0 ? found : found + skipped;
    }

    /// <summary>A bucket is final in all lanes while the rest is computed: it may leave.</summary>
    private void BucketReady(int bucket)
    {
        (Round round, TreeNode node, WeightWait weights) = _current!;
        if (_hasDefect)
        {
            return;
        }

        long addStartedAt = Stopwatch.GetTimestamp();
        int found = AddBucket(round, node, bucket, out SumBuffer sums);
        Interlocked.Add(ref _addTicks, Stopwatch.GetTimestamp() - addStartedAt);
        if (found >= 0)
        {
            // Nothing leaves any more; the end of the node tells what is wrong.
            _hasDefect = true;
            _isBucketDone[bucket] = true;
            return;
        }

        _isBucketDone[bucket] = true;
        long now = Stopwatch.GetTimestamp();
        long before = Interlocked.Exchange(ref _bucketsToldAt, now);
        sums.Retain();
        _answerBucket(new ComputedBucket(
            round, node, bucket, sums, MicrosecondsOfComputing(weights, before, now)));
    }

    /// <summary>Without the time that the lanes waited for weights: before the first sums that are final, or never.</summary>
    private long MicrosecondsOfComputing(WeightWait weights, long from, long to) =>
        (long)Stopwatch.GetElapsedTime(from + (weights.TakeWaitedTicks() / _lanesUsed), to).TotalMicroseconds;

    private ComputeParts TakeParts(long addStartedAt)
    {
        // Buckets that left early were added before.
        long from = addStartedAt - Interlocked.Exchange(ref _addTicks, 0);
        var parts = new ComputeParts(0, 0, 0, (long)Stopwatch.GetElapsedTime(from).TotalMicroseconds);
        foreach (ComputeLane lane in _lanes)
        {
            parts += lane.Clock.Take(_lanes.Length);
        }

        return parts;
    }

    private void ComputeLanePart(int lane)
    {
        (Round round, TreeNode node, WeightWait weights) = _current!;
        int first = node.FirstShard;
        int count = node.EndShard(round.ShardCount) - first;
        int from = first + (int)((long)count * lane / _lanes.Length);
        int to = first + (int)((long)count * (lane + 1) / _lanes.Length);
        try
        {
            while (from < to)
            {
                int end = to - from == count ? to : PartialNodes.EndOfMaximalNode(from, to);
                _lanes[lane].Prepare(round, from, end, _rows.Span, weights);

                // With the weights the coordinator gave back the vector of the round before. One taken earlier would be another
                // one, and two by turns need twice the room in the caches.
                SumBuffer sums = round.Kind == RoundKind.Train
                    ? Sums?.TryRentSums() ?? _trainSums.Rent()
                    : _evaluationSums.Rent();
                _parts.Add(lane, from, end, sums);
                bool isStreamed = end == to && round.Kind == RoundKind.Train && _run.Buckets.Count > 1;
                _lanes[lane].Clock.Listener = isStreamed ? _countdown : null;
                _lanes[lane].ComputePrepared(round, from, end, weights, sums.Span);
                from = end;
            }
        }
#pragma warning disable CA1031 // A compute thread that dies would leave the worker mute; the failure becomes the answer.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _laneFailure = failure;
        }
    }
}
