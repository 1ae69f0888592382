namespace DistTrain.Runtime;

/// <summary>Does one piece of work on all lanes at once: lane 0 on the thread that calls, every other on a thread of its own.</summary>
internal sealed class LaneTeam : IDisposable
{
    private readonly Action<int> _work;
    private readonly Func<ISpareWork?> _spareWork;
    private readonly LaneSignal[] _starts;
    private readonly Thread[] _threads;
    private readonly CountdownEvent _busy = new(1);
    private volatile bool _isOver;

    /// <param name="lanes">1 or more.</param>
    /// <param name="work">Is told the lane's number; must not throw.</param>
    /// <param name="spareWork">Asked at the beginning of each wait what its thread helps with meanwhile; null: nothing.</param>
    public LaneTeam(int lanes, Action<int> work, Func<ISpareWork?> spareWork)
    {
        _work = work;
        _spareWork = spareWork;
        _starts = [.. Enumerable.Range(1, lanes - 1).Select(_ => new LaneSignal())];
        _threads = [.. Enumerable.Range(1, lanes - 1).Select(lane => ComputeThread.Start(lane, () => Follow(lane)))];
    }

    /// <summary>Returns when the work is done on all lanes. By one thread at a time.</summary>
    public void Run()
    {
        _busy.Reset(_starts.Length + 1);
        foreach (LaneSignal start in _starts)
        {
            start.Set();
        }

        _work(0);
        _busy.Signal();
        _busy.Wait();
    }

    /// <summary>To be called when nobody is, nor will be, in <see cref="Run"/>.</summary>
    public void Dispose()
    {
        _isOver = true;
        for (int i = 0; i < _threads.Length; i++)
        {
            _starts[i].Set();
            _threads[i].Join();
            _starts[i].Dispose();
        }

        _busy.Dispose();
    }

    private void Follow(int lane)
    {
        while (true)
        {
            _starts[lane - 1].Wait(_spareWork());
            if (_isOver)
            {
                return;
            }

            _work(lane);
            _busy.Signal();
        }
    }
}
