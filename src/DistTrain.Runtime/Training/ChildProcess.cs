namespace DistTrain.Runtime;

/// <summary>A process of the run on this machine: a worker or an aggregator.</summary>
/// <param name="What">How messages call it, as in "worker process 3".</param>
/// <param name="Arguments">Made before each start; may wait for what it joins.</param>
/// <param name="IsWorker">Without its workers a run cannot go on.</param>
/// <param name="Output">Takes the lines of its standard output; null: nobody reads them.</param>
/// <param name="GivenUp">Called when it is not started again any more while the run goes on; null: nobody waits for it.</param>
internal sealed record ChildProcess(
    string What, Func<CancellationToken, Task<IReadOnlyList<string>>> Arguments, bool IsWorker, Action<string>? Output = null,
    Action? GivenUp = null);
