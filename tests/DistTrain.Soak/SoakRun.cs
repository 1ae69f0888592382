using System.Diagnostics;
using System.Text.Json;

namespace DistTrain.Soak;

/// <summary>Trains once on real processes while the plan's faults happen to them, and measures what each one cost.</summary>
internal sealed class SoakRun : IDisposable
{
    private readonly SoakOrder _order;
    private readonly Random _random;
    private readonly RealCluster _cluster;
    private readonly Action<string> _say;

    /// <param name="folder">Takes output and data.</param>
    /// <param name="say">Takes a line about each fault.</param>
    public SoakRun(SoakOrder order, string folder, Action<string> say)
    {
        _order = order;
        _random = new Random((int)order.Seed + 1);
        _say = say;
        _cluster = new RealCluster(new ClusterSetup(order.RunFile, folder, order.Settings));
    }

    public SoakFigures Figures { get; } = new();

    /// <param name="steps">Updates that the faults are spread over: the run's, or its first.</param>
    public void Run(long steps)
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

        JsonElement summary = _cluster.WaitForEnd();
        Figures.WeightsSha256 = summary.GetProperty("weightsSha256").GetString()!;
        Figures.Steps = summary.GetProperty("steps").GetInt64();
        Figures.Joins = _cluster.Log.Notices.Count(notice => notice.Kind == "workerJoined") - _order.Workers;
        Figures.CountSteps(_cluster.Log.Steps, _order.CoordinatorKills > 0);
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
}
