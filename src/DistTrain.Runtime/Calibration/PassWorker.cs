using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A worker without its actor: computes one node after the other and notes when.</summary>
internal sealed class PassWorker : IDisposable
{
    private readonly LoadedRun _run;
    private readonly NodeComputer _computer;
    private readonly SemaphoreSlim _done = new(0);
    private readonly long[] _readyAt;
    private PassShape _shape;
    private WeightBuffer _weights = null!;
    private SumBuffer? _sums;
    private long _step;
    private int _left;
    private Exception? _failure;
    private long _startedAt;
    private long _passStartedAt;
    private long _endedAt;

    public PassWorker(LoadedRun run, int threads, bool isUnchecked)
    {
        _run = run;
        _readyAt = new long[run.Buckets.Count];
        _computer = new NodeComputer(run, threads, OnBucket, OnNode) { Sums = isUnchecked ? new Unchecked() : null };
    }

    /// <param name="weights">Must live until the end.</param>
    public void Start(PassShape shape, WeightBuffer weights, long step, int times)
    {
        (_shape, _weights, _step, _left) = (shape, weights, step, times);
        _startedAt = Stopwatch.GetTimestamp();
        _passStartedAt = _startedAt;
        StartPass();
    }

    /// <summary>Waits for the end of the passes.</summary>
    /// <returns>Seconds of them all.</returns>
    /// <exception cref="ComputationFailedException">A node could not be computed.</exception>
    public double WaitSeconds()
    {
        _done.Wait();
        if (_failure is { } failure)
        {
            throw failure;
        }

        return Stopwatch.GetElapsedTime(_startedAt, _endedAt).TotalSeconds;
    }

    public SumBuffer? TakeSums() => Interlocked.Exchange(ref _sums, null);

    public double[] ReadyShare()
    {
        double whole = Math.Max(1, _endedAt - _passStartedAt);
        return [.. _readyAt.Select(at => Math.Clamp((at - _passStartedAt) / whole, 0, 1))];
    }

    public void Dispose()
    {
        TakeSums()?.Release();
        _computer.Dispose();
        _done.Dispose();
    }

    private void StartPass()
    {
        _weights.Retain();
        _computer.Start(_shape.Round(_run, _step), _shape.Node, _weights);
    }

    private void OnBucket(ComputedBucket computed)
    {
        _readyAt[computed.Bucket] = Stopwatch.GetTimestamp();
        computed.Sums.Release();
    }

    private void OnNode(ComputedNode computed)
    {
        long now = Stopwatch.GetTimestamp();
        TakeSums()?.Release();
        _sums = computed.Sums;
        _readyAt[0] = now;
        _endedAt = now;
        _step++;
        _failure = computed.Failure is { } failure
            ? new ComputationFailedException(computed.Round, computed.Node, failure)
            : null;
        if (--_left > 0 && _failure is null)
        {
            _passStartedAt = now;
            StartPass();
            return;
        }

        _done.Release();
    }

    /// <summary>Sums go where the update checks them, as between processes of one machine.</summary>
    private sealed class Unchecked : ICoordinatorPort
    {
        public bool TakesUnchecked(SumBuffer sums) => true;

        public void Start()
        {
        }

        public void Send(WorkerMessage message)
        {
        }

        public void SendPartial(WorkerMessage.PartialSum header, SumView sums)
        {
        }

        public void ExpectWeights(BucketPlan buckets)
        {
        }

        public void Close(string reason)
        {
        }
    }
}
