using System.Diagnostics;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Times forward and backward passes over rows of the run's own data, on all threads of all workers at once.</summary>
internal sealed class PassCalibration : IDisposable
{
    private readonly LoadedRun _run;
    private readonly int _threads;
    private readonly Lane[] _lanes;
    private readonly AlignedBuffer _weights;

    /// <param name="workers">So many compute beside each other.</param>
    public PassCalibration(LoadedRun run, int threads, int workers)
    {
        _run = run;
        _threads = threads;
        _weights = new AlignedBuffer(run.Network.Parameters.Length);
        run.Network.InitializeParameters(_weights.Span, run.Run.Training.Seed);
        _lanes = [.. Enumerable.Range(0, threads * workers).Select(_ => new Lane(run))];
    }

    /// <returns>Seconds of a worker's pass over so many rows, and after which share of it each bucket's sums are final.</returns>
    public (double Seconds, double[] ReadyShare) Measure(int rows)
    {
        double once = Time(rows, times: 1);
        int times = (int)Math.Clamp(SecondsAtLeast / once, 1, TimesMax);
        return (MachineCalibration.Median(() => Time(rows, times)), _lanes[0].ReadyShare());
    }

    /// <summary>All lanes at once, each several times, so that starting them does not count.</summary>
    private double Time(int rows, int times)
    {
        Thread[] others = [.. _lanes.Skip(1).Select(lane => new Thread(() => Run(lane)))];
        long start = Stopwatch.GetTimestamp();
        foreach (Thread other in others)
        {
            other.Start();
        }

        Run(_lanes[0]);
        foreach (Thread other in others)
        {
            other.Join();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;

        void Run(Lane lane)
        {
            for (int i = 0; i < times; i++)
            {
                lane.Pass(_weights.Span, Math.Max(1, rows / _threads), rows);
            }
        }
    }

    public void Dispose()
    {
        foreach (Lane lane in _lanes)
        {
            lane.Dispose();
        }

        _weights.Dispose();
    }

    /// <summary>One thread's workspace; hears when parts of its sums are final.</summary>
    private sealed class Lane(LoadedRun run) : ISumsProgress, IDisposable
    {
        private readonly NetworkLane _network = run.Network.CreateLane();
        private readonly AlignedBuffer _sums = new(run.Buckets.SumLength);
        private readonly AlignedBuffer _features = new(run.Plan.BatchSize * run.Data.Train.FeatureShape.Size);
        private readonly AlignedBuffer _targets = new(run.Plan.BatchSize * run.Data.Train.TargetWidth);
        private readonly int[] _rows = [.. Enumerable.Range(0, run.Plan.BatchSize).Select(row => row % run.Plan.TrainRows)];
        private readonly long[] _readyAt = new long[run.Buckets.Count];
        private readonly int[] _floatsLeft = new int[run.Buckets.Count];
        private long _start;
        private long _end;

        public void Pass(ReadOnlySpan<float> weights, int rows, int batchRows)
        {
            DataSet part = run.Data.Train;
            _start = Stopwatch.GetTimestamp();
            for (int bucket = 0; bucket < _floatsLeft.Length; bucket++)
            {
                _floatsLeft[bucket] = run.Buckets.SumLengthOf(bucket);
            }

            Span<float> features = _features.Span[..(rows * part.FeatureShape.Size)];
            Span<float> targets = _targets.Span[..(rows * part.TargetWidth)];
            part.GatherFeatures(_rows.AsSpan(0, rows), features);
            part.GatherTargets(_rows.AsSpan(0, rows), targets);
            _network.ComputeSums(weights, new BatchSlice
            {
                Features = features,
                Targets = targets,
                ShardStarts = [0, rows],
                BatchRows = batchRows,
                FirstRow = 0,
                Seed = run.Run.Training.Seed,
                Epoch = 0,
                Step = 0,
            }, _sums.Span, this);
            Elementwise.FirstNonFinite(_sums.Span);
            _end = Stopwatch.GetTimestamp();
        }

        public void SumsReady(int start, int end)
        {
            long now = Stopwatch.GetTimestamp();
            for (int bucket = 0; bucket < _floatsLeft.Length; bucket++)
            {
                int from = run.Buckets.WeightStart(bucket);
                int overlap = Math.Min(end, from + run.Buckets.SumLengthOf(bucket)) - Math.Max(start, from);
                if (overlap > 0 && (_floatsLeft[bucket] -= overlap) == 0)
                {
                    _readyAt[bucket] = now;
                }
            }
        }

        public double[] ReadyShare()
        {
            double whole = Math.Max(1, _end - _start);
            return [.. _readyAt.Select(at => Math.Clamp((at - _start) / whole, 0, 1))];
        }

        public void Dispose()
        {
            _network.Dispose();
            _sums.Dispose();
            _features.Dispose();
            _targets.Dispose();
        }
    }

    private const double SecondsAtLeast = 0.004;

    private const int TimesMax = 256;
}
