using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Worker actors of this process under supervision: one that fails is started afresh after a pause that doubles each
/// time, up to a bound; the run goes on with the others meanwhile.
/// </summary>
internal sealed class WorkerCrew : IAsyncDisposable
{
    private readonly Func<string, int, WorkerActor> _make;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly HashSet<WorkerActor> _alive = [];
    private readonly Task[] _keepers;

    /// <param name="make">Makes the worker of this name and index, from 0.</param>
    /// <param name="say">Takes a line about a restart.</param>
    public WorkerCrew(int workers, Func<string, int, WorkerActor> make, Action<string> say)
    {
        _make = make;
        _say = say;
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

    private async Task KeepAsync(string name, int index)
    {
        TimeSpan pause = PauseFirst;
        for (int restart = 0; restart <= RestartsMax && !_ending.IsCancellationRequested; restart++)
        {
            WorkerActor worker = _make(name, index);
            lock (_lock)
            {
                if (_ending.IsCancellationRequested)
                {
                    // Whoever ends the crew has stopped the others already, and would wait for this one for ever.
                    return;
                }

                _alive.Add(worker);
            }

            worker.Join();
            RunEnd end = await worker.End.ConfigureAwait(false);
            await worker.Completion.ConfigureAwait(false);
            lock (_lock)
            {
                _alive.Remove(worker);
            }

            if (end.Kind != RunEndKind.Failed || _ending.IsCancellationRequested)
            {
                return;
            }

            _say($"{end.Reason}; it is started again in {pause.TotalSeconds:0.#} s");
            await Task.Delay(pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < PauseLast ? pause * 2 : PauseLast;
        }
    }

    private const int RestartsMax = 100;
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseLast = TimeSpan.FromSeconds(10);
}
