using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The aggregators of a run in this process, under supervision: one that fails is started afresh in its place, and its
/// workers find it there.
/// </summary>
internal sealed class AggregatorTree : IAsyncDisposable
{
    private readonly FanInTree _tree;
    private readonly ICrewNode _coordinator;
    private readonly LoadedRun _run;
    private readonly int _threadsPerWorker;
    private readonly Action<string> _say;
    private readonly AggregatorActor[][] _nodes;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _keepers = [];

    public AggregatorTree(
        FanInTree tree, ICrewNode coordinator, LoadedRun run, int threadsPerWorker, Action<string> say)
    {
        _tree = tree;
        _coordinator = coordinator;
        _run = run;
        _threadsPerWorker = threadsPerWorker;
        _say = say;
        _nodes = [.. tree.Levels.Select(count => new AggregatorActor[count])];
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

    private ICrewNode Above(int level, int index) => level == 0
        ? _coordinator
        : Volatile.Read(ref _nodes[level - 1][_tree.ParentOf(level, index)]);

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
        for (int restart = 0; restart <= RestartsMax; restart++)
        {
            AggregatorActor node = _nodes[level][index];
            node.Join();
            RunEnd end = await node.End.ConfigureAwait(false);
            await node.Completion.ConfigureAwait(false);
            if (end.Kind != RunEndKind.Failed || _ending.IsCancellationRequested)
            {
                return;
            }

            _say($"{end.Reason}; it is started again");
            Volatile.Write(ref _nodes[level][index], Make(level, index));
            if (_ending.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private const int RestartsMax = 100;
}
