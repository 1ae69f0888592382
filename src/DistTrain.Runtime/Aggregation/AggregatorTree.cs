using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The aggregators of a run in this process, under supervision: one that fails is started afresh in its place by the rule
/// of <see cref="Restarts"/>, and its workers find it there; those of one that is given up join the node above it.
/// </summary>
internal sealed class AggregatorTree : IAsyncDisposable
{
    private readonly FanInTree _tree;
    private readonly ICrewNode _coordinator;
    private readonly LoadedRun _run;
    private readonly int _threadsPerWorker;
    private readonly Supervision _supervision;
    private readonly AggregatorActor[][] _nodes;
    private readonly bool[][] _isGivenUp;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _keepers = [];

    public AggregatorTree(
        FanInTree tree, ICrewNode coordinator, LoadedRun run, int threadsPerWorker, Supervision supervision)
    {
        _tree = tree;
        _coordinator = coordinator;
        _run = run;
        _threadsPerWorker = threadsPerWorker;
        _supervision = supervision;
        _nodes = [.. tree.Levels.Select(count => new AggregatorActor[count])];
        _isGivenUp = [.. tree.Levels.Select(count => new bool[count])];
        for (int level = 0; level < _nodes.Length; level++)
        {
            for (int index = 0; index < _nodes[level].Length; index++)
            {
                _nodes[level][index] = Make(level, index);
                _keepers.Add(KeepAsync(level, index));
            }
        }
    }

    /// <summary>What a worker joins.</summary>
    /// <param name="worker">From 0.</param>
    public ICrewNode AboveWorker(int worker) => Above(_nodes.Length, worker);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        foreach (AggregatorActor[] level in _nodes)
        {
            for (int index = 0; index < level.Length; index++)
            {
                Volatile.Read(ref level[index]).Stop();
            }
        }

        await Task.WhenAll(_keepers).ConfigureAwait(false);
        _ending.Dispose();
    }

    private bool IsOver => _ending.IsCancellationRequested || _supervision.Over.IsCompleted;

    private ICrewNode Above(int level, int index)
    {
        for (int above = level - 1; above >= 0; above--)
        {
            index = _tree.ParentOf(above + 1, index);
            if (!Volatile.Read(ref _isGivenUp[above][index]))
            {
                return Volatile.Read(ref _nodes[above][index]);
            }
        }

        return _coordinator;
    }

    private AggregatorActor Make(int level, int index)
    {
        int workers = _tree.ChildrenOf(level + 1, index);
        var connector = new InProcessConnector(() => Above(level, index), _run);
        string name = $"aggregator {level + 1}.{index + 1}";
        return new AggregatorActor(
            new AggregatorSettings(name, workers, ThreadsBelow(level, index), new ProtocolTimes()), connector, connector, log: null);
    }

    private int ThreadsBelow(int level, int index) => level == _nodes.Length
        ? _threadsPerWorker
        : Enumerable.Range(0, _tree.NodesAt(level + 1)).Where(child => _tree.ParentOf(level + 1, child) == index)
            .Sum(child => ThreadsBelow(level + 1, child));

    private async Task KeepAsync(int level, int index)
    {
        var lives = new RestartCount(_supervision.Restarts);
        while (!IsOver)
        {
            long startedAt = Stopwatch.GetTimestamp();
            AggregatorActor node = _nodes[level][index];
            node.Join();
            RunEnd end = await node.End.ConfigureAwait(false);
            await node.Completion.ConfigureAwait(false);
            if (end.Kind != RunEndKind.Failed || IsOver)
            {
                return;
            }

            // The next one would need as much memory of this process.
            if (node.RanOutOfMemory
                || lives.Next(Stopwatch.GetElapsedTime(startedAt), node.HasDelivered, hasFailed: true) is not { } pause)
            {
                Volatile.Write(ref _isGivenUp[level][index], true);
                _supervision.Say($"{end.Reason}; it is not started again, its workers join the node above it");
                return;
            }

            _supervision.Say($"{end.Reason}; it is started again in {pause.TotalSeconds:0.#} s");
            await Task.Delay(pause, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _nodes[level][index], Make(level, index));
        }
    }
}
