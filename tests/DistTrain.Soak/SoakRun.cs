using System.Diagnostics;
using System.Text.Json;

namespace DistTrain.Soak;

/// <summary>Trains once on real processes while the plan's faults happen to them, and measures what each one cost.</summary>
internal sealed class SoakRun : IDisposable
{
    private readonly SoakOrder _order;
    private readonly Random _random;
    private readonly ClusterSetup _setup;
    private readonly RealCluster _cluster;
    private readonly Action<string> _say;

    /// <param name="folder">Takes output and data.</param>
    /// <param name="say">Takes a line about each fault.</param>
    public SoakRun(SoakOrder order, string folder, Action<string> say)
    {
        _order = order;
        _random = new Random((int)order.Seed + 1);
        _say = say;
        _setup = new ClusterSetup(order.RunFile, folder, order.Settings);
        _cluster = new RealCluster(_setup);
    }

    public SoakFigures Figures { get; } = new();

    /// <summary>The whole run, which must not end before all faults have happened.</summary>
    /// <param name="steps">The run's updates, which the faults are spread over.</param>
    public void Run(long steps)
    {
        Disturb(steps);
        JsonElement summary = _cluster.WaitForEnd();
        Count(summary.GetProperty("weightsSha256").GetString()!, summary.GetProperty("steps").GetInt64(), _cluster.Log);
    }

    /// <summary>
    /// A run that no machine comes to the end of: it is stopped when all faults have happened, and resumed to the end of an
    /// epoch. What a step does must not depend on the run's length.
    /// </summary>
    /// <param name="steps">The run's first updates, which the faults are spread over, as far as they do not wait.</param>
    /// <returns>The order of a run that long.</returns>
    public SoakOrder RunUntilTheFaultsAreOver(long steps)
    {
        Disturb(steps);
        int epochs = _cluster.Stop().GetProperty("epochs").GetInt32() + EpochsAfterwards;
        SoakOrder ended = _order with { Settings = [.. _order.Settings, $"training.epochs={epochs}"] };
        (string weights, long applied) = SoakEntry.Resume(ended, _setup.OutFolder);
        ClusterLog log = new();
        new StepFollower(Path.Combine(_setup.OutFolder, "metrics.jsonl"), log).Dispose();
        Count(weights, applied, log);
        return ended;
    }

    private void Disturb(long steps)
    {
        for (int i = 0; i < _order.Workers; i++)
        {
            _cluster.StartWorker();
        }

        foreach ((long step, SoakEventKind kind) in SoakPlan.Make(_order, steps))
        {
            _cluster.Log.WaitForStep(step);
            Happen(kind);
        }
    }

    private void Count(string weights, long steps, ClusterLog log)
    {
        Figures.WeightsSha256 = weights;
        Figures.Steps = steps;
        Figures.Joins = _cluster.Log.Notices.Count(notice => notice.Kind == "workerJoined") - _order.Workers;
        Figures.CountSteps(log.Steps, _order.CoordinatorKills > 0);
    }

    public void Dispose() => _cluster.Dispose();

    private void Happen(SoakEventKind kind)
    {
        switch (kind)
        {
            case SoakEventKind.KillOne:
                Kill(PickJoined(1, leaving: 1), Figures.CrashRecovery);
                break;
            case SoakEventKind.KillTwo:
                Kill(PickJoined(2, leaving: 1), Figures.CrashRecovery);
                break;
            case SoakEventKind.KillAll:
                PickJoined(1, leaving: 0);
                Kill([.. _cluster.Workers], Figures.AllGoneRecovery);
                break;
            case SoakEventKind.Freeze:
                Freeze(PickJoined(1, leaving: 1)[0]);
                break;
            case SoakEventKind.Leave:
                Leave(PickJoined(1, leaving: 1)[0]);
                break;
            default:
                long stamp = Stopwatch.GetTimestamp();
                _cluster.ReplaceCoordinator();
                Figures.CoordinatorRecovery.Add(Since(stamp, _cluster.Log.WaitForStepAfter(Stopwatch.GetTimestamp()).Stamp));
                break;
        }
    }

    private void Kill(RealWorker[] workers, List<double> recovery)
    {
        bool[] tookPart = [.. workers.Select(worker => _cluster.Log.Has("workerJoined", worker.Name))];
        long stamp = Stopwatch.GetTimestamp();
        _cluster.Kill(workers);
        foreach (RealWorker _ in workers)
        {
            _cluster.StartWorker();
        }

        Figures.Kills += workers.Length;
        recovery.Add(Since(stamp, _cluster.Log.WaitForStepAfter(stamp).Stamp));
        long noticed = stamp;
        foreach (RealWorker worker in workers.Where((_, i) => tookPart[i]))
        {
            noticed = Math.Max(noticed, _cluster.Log.WaitForWorker("workerLost", worker.Name).Stamp);
        }

        Figures.CrashNotice.Add(Since(stamp, noticed));
        if (recovery == Figures.CrashRecovery)
        {
            Figures.CrashRecoveryAfterNotice.Add(Since(stamp, _cluster.Log.WaitForStepAfter(noticed).Stamp));
        }

        _say($"step {_cluster.Log.StepNow}: killed {string.Join(", ", workers.Select(worker => worker.Name))}, "
            + $"next update after {recovery[^1] * 1000:0} ms, noticed after {Figures.CrashNotice[^1] * 1000:0} ms");
    }

    private void Freeze(RealWorker worker)
    {
        int joinsBefore = JoinsOf(worker);
        long stamp = Stopwatch.GetTimestamp();
        Signal.Send(worker.Node.Process, Signal.Stop);
        Figures.FrozenRecovery.Add(Since(stamp, _cluster.Log.WaitForStepAfter(stamp).Stamp));
        Figures.FrozenNotice.Add(Since(stamp, _cluster.Log.WaitForNotice(
            $"the loss of {worker.Name}",
            notice => notice.Stamp > stamp && notice.Kind == "workerLost" && notice.Name == worker.Name).Stamp));
        Signal.Send(worker.Node.Process, Signal.Continue);
        _cluster.Log.WaitForNotice($"the return of {worker.Name}", _ => JoinsOf(worker) > joinsBefore);
        _say($"step {_cluster.Log.StepNow}: froze {worker.Name}, noticed after {Figures.FrozenNotice[^1] * 1000:0} ms");
    }

    private void Leave(RealWorker worker)
    {
        int code = _cluster.Terminate(worker);
        _cluster.Log.WaitForWorker("workerLeft", worker.Name);
        if (code != 0)
        {
            throw new InvalidOperationException($"{worker.Name} ended with exit code {code} on SIGTERM, expected 0");
        }

        Figures.Leaves++;
        _cluster.StartWorker();
    }

    private int JoinsOf(RealWorker worker) =>
        _cluster.Log.Notices.Count(notice => notice.Kind == "workerJoined" && notice.Name == worker.Name);

    /// <summary>Waits until so many take part, and some more to go on with.</summary>
    private RealWorker[] PickJoined(int count, int leaving)
    {
        IReadOnlyList<RealWorker> joined = _cluster.Joined;
        while (joined.Count < count + leaving)
        {
            _cluster.WaitUntilJoined(_cluster.Workers.First(worker => !_cluster.Log.Has("workerJoined", worker.Name)));
            joined = _cluster.Joined;
        }

        RealWorker[] picked = [.. joined];
        _random.Shuffle(picked);
        return picked[..count];
    }

    private static double Since(long start, long end) => Stopwatch.GetElapsedTime(start, end).TotalSeconds;

    /// <summary>The epoch in hand, and whole ones.</summary>
    private const int EpochsAfterwards = 5;
}
