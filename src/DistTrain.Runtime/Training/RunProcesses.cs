using System.Globalization;
using System.Net;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The processes of a run on this machine: workers, and the aggregators between them and the coordinator. An aggregator that
/// is started again listens where it did; meanwhile its workers try it a few times, then the coordinator itself.
/// </summary>
internal sealed class RunProcesses
{
    private readonly FanInTree _tree;
    private readonly IPEndPoint _coordinator;
    private readonly int _threads;
    private readonly LinkKind _link;
    private readonly TaskCompletionSource<string>[][] _addresses;

    /// <param name="threads">Compute threads of each worker.</param>
    public RunProcesses(FanInTree tree, IPEndPoint coordinator, int threads, LinkKind link)
    {
        _tree = tree;
        _coordinator = coordinator;
        _threads = threads;
        _link = link;
        _addresses =
        [
            .. tree.Levels.Select(count => Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<string>(
                TaskCreationOptions.RunContinuationsAsynchronously)).ToArray()),
        ];
    }

    public IEnumerable<ChildProcess> All()
    {
        for (int level = 0; level < _tree.Levels.Length; level++)
        {
            for (int index = 0; index < _tree.Levels[level]; index++)
            {
                yield return Aggregator(level, index);
            }
        }

        for (int worker = 0; worker < _tree.Workers; worker++)
        {
            yield return Worker(worker);
        }
    }

    private ChildProcess Worker(int worker) => new($"worker process {worker + 1}", async cancellation =>
    [
        "worker", .. await JoinAsync(_tree.Levels.Length, worker, cancellation).ConfigureAwait(false),
        "--threads", Text(_threads), "--name", $"process {worker + 1}", "--end-with-stdin",
        .. _link == LinkKind.Auto ? Array.Empty<string>() : ["--link", _link == LinkKind.Tcp ? "tcp" : "shared"],
    ], IsWorker: true);

    private ChildProcess Aggregator(int level, int index)
    {
        string name = $"{level + 1}.{index + 1}";
        TaskCompletionSource<string> address = _addresses[level][index];
        int workers = _tree.ChildrenOf(level + 1, index);
        return new ChildProcess(
            $"aggregator process {name}",
            async cancellation =>
            [
                "aggregator", .. await JoinAsync(level, index, cancellation).ConfigureAwait(false),
                "--listen", address.Task.IsCompletedSuccessfully ? await address.Task.ConfigureAwait(false) : "127.0.0.1:0",
                "--min-workers", Text(workers), "--threads-expected", Text(WorkersBelow(level, index) * _threads),
                "--end-with-stdin",
            ],
            IsWorker: false,
            line =>
            {
                if (line.StartsWith(ChildReport.ListeningPrefix, StringComparison.Ordinal))
                {
                    address.TrySetResult(line[ChildReport.ListeningPrefix.Length..].Trim());
                }
            },
            () => address.TrySetResult(Nowhere));
    }

    /// <summary>The node above first; behind it, for who finds it gone, the coordinator.</summary>
    private async Task<string[]> JoinAsync(int level, int index, CancellationToken cancellation)
    {
        string coordinator = _coordinator.ToString();
        string above = level == 0
            ? Nowhere
            : await _addresses[level - 1][_tree.ParentOf(level, index)].Task.WaitAsync(cancellation).ConfigureAwait(false);
        return above == Nowhere ? ["--join", coordinator] : ["--join", above, "--join", coordinator];
    }

    private int WorkersBelow(int level, int index) => level == _tree.Levels.Length
        ? 1
        : Enumerable.Range(0, _tree.NodesAt(level + 1)).Where(child => _tree.ParentOf(level + 1, child) == index)
            .Sum(child => WorkersBelow(level + 1, child));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The address of an aggregator that was given up before it listened anywhere.</summary>
    private const string Nowhere = "";
}
