namespace DistTrain.Runtime;

/// <summary>
/// Does elementwise jobs on the caller's thread and on helpers: as many threads as the machine has cores. Whoever is free
/// takes the next slice, so a helper that is late (its core computes for somebody else) costs nothing.
/// </summary>
/// <remarks>
/// One job at a time, from one caller at a time. Helpers sleep between jobs. Threads that wait for something else may stand in
/// for them: they need not be woken, and helpers beside them would only take turns with them on the same cores.
/// </remarks>
internal sealed class SliceCrew : IDisposable, ISpareWork
{
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread[] _helpers;
    private volatile Job? _job;
    private volatile bool _isEnding;
    private int _volunteers;

    /// <param name="threads">The caller's included; 1 or more.</param>
    public SliceCrew(int threads)
    {
        _helpers = new Thread[threads - 1];
        for (int helper = 0; helper < _helpers.Length; helper++)
        {
            _helpers[helper] = new Thread(Help) { IsBackground = true, Name = $"slices {helper + 1}" };
            _helpers[helper].Start();
        }
    }

    /// <summary>As many threads as there are cores; more than a few gain nothing, memory is the limit.</summary>
    public static int ThreadsForThisMachine => Math.Clamp(Environment.ProcessorCount, 1, ThreadsMax);

    /// <summary>Returns when all slices are done. The first exception of a slice is thrown on.</summary>
    public void Run(ISliceJob work, int slices)
    {
        int helpers = Math.Min(_helpers.Length, slices - 1);
        if (helpers <= 0)
        {
            for (int slice = 0; slice < slices; slice++)
            {
                work.RunSlice(slice);
            }

            return;
        }

        var job = new Job(work, slices);
        _job = job;
        int woken = helpers - Volatile.Read(ref _volunteers);
        if (woken > 0)
        {
            _wake.Release(woken);
        }

        job.RunFreeSlices();
        job.WaitForOthers();
        _job = null;
        if (job.Failure is { } failure)
        {
            throw new InvalidOperationException($"a slice of a vector's update failed: {failure.Message}", failure);
        }
    }

    public void Join() => Interlocked.Increment(ref _volunteers);

    public bool TryHelp()
    {
        if (_job is not { IsTaken: false } job)
        {
            return false;
        }

        job.RunFreeSlices();
        return true;
    }

    public void Leave() => Interlocked.Decrement(ref _volunteers);

    public void Dispose()
    {
        _isEnding = true;
        if (_helpers.Length > 0)
        {
            _wake.Release(_helpers.Length);
        }

        foreach (Thread helper in _helpers)
        {
            helper.Join();
        }

        _wake.Dispose();
    }

    private void Help()
    {
        while (true)
        {
            _wake.Wait();
            if (_isEnding)
            {
                return;
            }

            _job?.RunFreeSlices();
        }
    }

    /// <summary>A job is never used again, so that a helper that comes late finds nothing left to do.</summary>
    private sealed class Job
    {
        private readonly ISliceJob _work;
        private readonly int _slices;
        private int _next;
        private int _left;

        public Job(ISliceJob work, int slices)
        {
            _work = work;
            _slices = slices;
            _left = slices;
        }

        public Exception? Failure { get; private set; }

        /// <summary>Whether every slice is done or in somebody's hands.</summary>
        public bool IsTaken => Volatile.Read(ref _next) >= _slices;

        public void RunFreeSlices()
        {
            int slice;
            while ((slice = Interlocked.Increment(ref _next) - 1) < _slices)
            {
                try
                {
                    _work.RunSlice(slice);
                }
#pragma warning disable CA1031 // A helper that dies would leave the caller waiting; the failure goes to the caller.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    Failure = failure;
                }

                Interlocked.Decrement(ref _left);
            }
        }

        /// <summary>At most one slice a helper is still under way.</summary>
        public void WaitForOthers()
        {
            var spin = default(SpinWait);
            while (Volatile.Read(ref _left) > 0)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private const int ThreadsMax = 16;
}
