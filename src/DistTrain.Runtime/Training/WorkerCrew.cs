using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Worker actors of this process under supervision: one that fails is started afresh by the rule of
/// <see cref="Restarts"/>; the run goes on with the others meanwhile.
/// </summary>
internal sealed class WorkerCrew : IAsyncDisposable
{
    private readonly Func<string, int, WorkerActor> _make;
    private readonly Supervision _supervision;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly HashSet<WorkerActor> _alive = [];
    private readonly Task[] _keepers;
    private int _kept;

    /// <param name="make">Makes the worker of this name and index, from 0.</param>
    public WorkerCrew(int workers, Func<string, int, WorkerActor> make, Supervision supervision)
    {
        _make = make;
        _supervision = supervision;
        _kept = workers;
        _keepers = [.. Enumerable.Range(1, workers).Select(number => KeepAsync($"local {number}", number - 1))];
    }

    /// <summary>Ends all workers and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        lock (_lock)
        {
            foreach (WorkerActor worker in _alive)
            {
                worker.Stop();
            }
        }

        await Task.WhenAll(_keepers).ConfigureAwait(false);
        _ending.Dispose();
    }

    private bool IsOver => _ending.IsCancellationRequested || _supervision.Over.IsCompleted;

    private async Task KeepAsync(string name, int index)
    {
        var lives = new RestartCount(_supervision.Restarts);
        while (!IsOver)
        {
            long startedAt = Stopwatch.GetTimestamp();
            if (await LiveAsync(name, index).ConfigureAwait(false) is not { } worker || IsOver)
            {
                return;
            }

            RunEnd end = await worker.End.ConfigureAwait(false);
            if (end.Kind != RunEndKind.Failed)
            {
                return;
            }

            // The next one would need as much memory of this process.
            if (worker.RanOutOfMemory
                || lives.Next(Stopwatch.GetElapsedTime(startedAt), worker.HasDelivered, hasFailed: true) is not { } pause)
            {
                Leave(end.Reason);
                return;
            }

            _supervision.Say($"{end.Reason}; it is started again in {pause.TotalSeconds:0.#} s");
            await Task.Delay(pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>The worker when it has ended; null: it was not started, because the crew ends.</returns>
    private async Task<WorkerActor?> LiveAsync(string name, int index)
    {
        WorkerActor worker = _make(name, index);
        lock (_lock)
        {
            if (_ending.IsCancellationRequested)
            {
                // Whoever ends the crew has stopped the others already, and would wait for this one for ever.
                return null;
            }

            _alive.Add(worker);
        }

        worker.Join();
        await worker.End.ConfigureAwait(false);
        await worker.Completion.ConfigureAwait(false);
        lock (_lock)
        {
            _alive.Remove(worker);
        }

        return worker;
    }

    private void Leave(string reason)
    {
        if (Interlocked.Decrement(ref _kept) == 0)
        {
            _supervision.GiveUp($"no worker is left: {reason}");
        }
        else
        {
            _supervision.Say($"{reason}; it is not started again");
        }
    }
}
