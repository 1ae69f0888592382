using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DistTrain.Soak;

/// <summary>A coordinator and workers as processes of this machine, for faults to happen to.</summary>
internal sealed class RealCluster : IDisposable
{
    private readonly ClusterSetup _setup;
    private readonly List<RealWorker> _workers = [];
    private readonly StepFollower _steps;
    private NodeProcess _coordinator;
    private int _workersStarted;
    private long _coordinatorStartedAt;
    private volatile bool _mayCoordinatorEnd;

    public RealCluster(ClusterSetup setup)
    {
        _setup = setup;
        _steps = new StepFollower(Path.Combine(setup.OutFolder, "metrics.jsonl"), Log);
        _coordinator = StartCoordinator("127.0.0.1:0", resume: false);
        Address = Log.WaitForAddress();
    }

    public ClusterLog Log { get; } = new();

    public string Address { get; }

    public int Port => int.Parse(Address.AsSpan(Address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    public NodeProcess Coordinator => _coordinator;

    /// <summary>Those that were started and not killed, in that order.</summary>
    public IReadOnlyList<RealWorker> Workers => _workers;

    /// <summary>Those that take part, as far as the coordinator told.</summary>
    public IReadOnlyList<RealWorker> Joined => [.. _workers.Where(worker => Log.Has("workerJoined", worker.Name))];

    public int WorkersStarted => _workersStarted;

    public RealWorker StartWorker(string? token = null)
    {
        string name = $"w{++_workersStarted}";
        string[] arguments =
        [
            "worker", "--join", Address, "--name", name, "--data-dir", Path.Combine(_setup.Folder, "data"),
            "--threads", "1", .. _setup.LinkOptions,
        ];
        RealWorker worker = new(name, new NodeProcess(arguments, token ?? _setup.Token));
        _workers.Add(worker);
        return worker;
    }

    public void WaitUntilJoined(RealWorker worker) => Log.WaitForWorker("workerJoined", worker.Name);

    /// <summary>SIGKILL; its end is waited for, so that nothing of it is left.</summary>
    public void Kill(params ReadOnlySpan<RealWorker> workers)
    {
        foreach (RealWorker worker in workers)
        {
            Signal.Send(worker.Node.Process, Signal.Kill);
        }

        foreach (RealWorker worker in workers)
        {
            _workers.Remove(worker);
            worker.Node.Dispose();
        }
    }

    /// <summary>SIGTERM; returns its exit code once it ended.</summary>
    public int Terminate(RealWorker worker)
    {
        Signal.Send(worker.Node.Process, Signal.Terminate);
        int code = worker.Node.WaitForEnd();
        _workers.Remove(worker);
        worker.Node.Dispose();
        return code;
    }

    /// <summary>A worker that ended by itself and is not to be waited for at the run's end.</summary>
    public void Forget(RealWorker worker)
    {
        _workers.Remove(worker);
        worker.Node.Dispose();
    }

    /// <summary>SIGKILL of the coordinator, and another one on the same address that goes on from the newest checkpoint.</summary>
    public void ReplaceCoordinator()
    {
        _mayCoordinatorEnd = true;
        _coordinator.Dispose();
        _coordinator = StartCoordinator(Address, resume: true);
        Log.WaitForAddress();
        _mayCoordinatorEnd = false;
    }

    /// <summary>Waits for the run's end and that of all workers.</summary>
    /// <returns>The run's summary.</returns>
    public JsonElement WaitForEnd() => WaitForEnd(expectedCode: 0);

    /// <summary>SIGINT to the coordinator: the run ends in good order where it is, and can be resumed from there.</summary>
    /// <remarks>A worker that has not joined yet would miss it and wait for ever.</remarks>
    /// <returns>The run's summary so far.</returns>
    public JsonElement Stop()
    {
        foreach (RealWorker worker in _workers)
        {
            WaitUntilJoined(worker);
        }

        Signal.Send(_coordinator.Process, Signal.Interrupt);
        return WaitForEnd(InterruptedCode);
    }

    public void Dispose()
    {
        foreach (RealWorker worker in _workers)
        {
            worker.Node.Dispose();
        }

        _coordinator.Dispose();
        _steps.Dispose();
    }

    private JsonElement WaitForEnd(int expectedCode)
    {
        int code = _coordinator.WaitForEnd();
        if (code != expectedCode || Log.Summary is not { } summary)
        {
            throw new InvalidOperationException(
                $"the coordinator ended with exit code {code}, expected {expectedCode}; it said:\n{_coordinator.Said}");
        }

        // Who came to this coordinator when all was over looks for another one for ever.
        Kill([.. _workers.Where(worker => !Log.Notices.Any(notice =>
            notice.Stamp >= _coordinatorStartedAt && notice.Kind == "workerJoined" && notice.Name == worker.Name))]);
        foreach (RealWorker worker in _workers)
        {
            int workersCode = worker.Node.WaitForEnd();
            if (workersCode != 0)
            {
                throw new InvalidOperationException(
                    $"{worker.Name} ended with exit code {workersCode}; it said:\n{worker.Node.Said}");
            }
        }

        _steps.Dispose();
        return summary;
    }

    private NodeProcess StartCoordinator(string address, bool resume)
    {
        string[] arguments =
        [
            "coordinator", _setup.RunFile, "--listen", address, "--min-workers", $"{_setup.WorkersMin}", "--json",
            "--out", _setup.OutFolder, .. _setup.LinkOptions, .. _setup.SetOptions, "--set", "training.logEverySteps=1",
            .. resume ? ["--resume"] : Array.Empty<string>(),
        ];
        _coordinatorStartedAt = Stopwatch.GetTimestamp();
        var node = new NodeProcess(arguments, _setup.Token, Log.AddLine);
        node.Process.EnableRaisingEvents = true;
        node.Process.Exited += (_, _) =>
        {
            if (!_mayCoordinatorEnd)
            {
                Log.CoordinatorEnded($"ended and said:\n{node.Said}");
            }
        };
        return node;
    }

    /// <summary>Of a command that Ctrl-C ended.</summary>
    private const int InterruptedCode = 130;
}

/// <summary>One worker process.</summary>
internal sealed record RealWorker(string Name, NodeProcess Node);

/// <param name="Folder">Takes output and data; the caller's.</param>
/// <param name="Settings">As in training.epochs=60.</param>
/// <param name="Token">Empty: none.</param>
/// <param name="Link">tcp or shared, for every node; empty: what the machine can do.</param>
internal sealed record ClusterSetup(
    string RunFile, string Folder, IReadOnlyList<string> Settings, int WorkersMin = 1, string Token = "", string Link = "")
{
    public string OutFolder => Path.Combine(Folder, "out");

    public IEnumerable<string> LinkOptions => Link.Length == 0 ? [] : ["--link", Link];

    public IEnumerable<string> SetOptions => Settings.SelectMany(setting => (string[])["--set", setting]);
}
