using System.Diagnostics;

namespace DistTrain.Runtime;

/// <summary>Wakes a compute thread for its next piece of work.</summary>
/// <remarks>
/// Waking a core that sleeps takes some 50 µs on a virtual machine, a large part of what small models need between two
/// steps. So where the last wait was short, the thread first asks again for a while, helping with <see cref="ISpareWork"/> or
/// giving its core to whoever wants it each time, and only then sleeps. It never asks for longer than <see cref="AskMax"/> a
/// wait.
/// </remarks>
/// <param name="thread">The thread that it belongs to.</param>
internal sealed class LaneSignal(IOwnThread thread) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0);
    private readonly ThreadPlacement _placement = new(thread);
    private bool _lastWaitWasShort;

    public LaneSignal()
        : this(OwnThread.Instance)
    {
    }

    public void Set() => _signal.Release();

    /// <summary>For the one thread that it belongs to, when it has done its piece of work; so it is placed here, too.</summary>
    /// <param name="spareWork">What the thread does meanwhile; null: nothing.</param>
    public void Wait(ISpareWork? spareWork)
    {
        _placement.AfterPass();
        long startedAt = Stopwatch.GetTimestamp();
        if (_lastWaitWasShort && _signal.CurrentCount == 0)
        {
            Ask(startedAt, spareWork);
        }

        _signal.Wait();
        _lastWaitWasShort = Stopwatch.GetElapsedTime(startedAt) < ShortMax;
    }

    private void Ask(long startedAt, ISpareWork? spareWork)
    {
        spareWork?.Join();
        while (_signal.CurrentCount == 0 && Stopwatch.GetElapsedTime(startedAt) < AskMax)
        {
            if (spareWork?.TryHelp() != true)
            {
                Thread.Yield();
            }
        }

        spareWork?.Leave();
    }

    public void Dispose() => _signal.Dispose();

    /// <summary>The longest that a thread asks before it sleeps.</summary>
    public static readonly TimeSpan AskMax = TimeSpan.FromMicroseconds(300);

    private static readonly TimeSpan ShortMax = TimeSpan.FromMilliseconds(1);
}
