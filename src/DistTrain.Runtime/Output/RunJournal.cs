using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// What the coordinator's shell does at the end of each round beside the update: figures to the observer and to
/// metrics.jsonl, checkpoints, the best model, early stopping.
/// </summary>
public sealed class RunJournal : IRunJournal
{
    private readonly LoadedRun _run;
    private readonly ITrainingObserver _observer;
    private readonly RoundLedger _ledger;
    private readonly MetricsLog _metrics;
    private readonly ICheckpointKeeper _checkpoints;
    private readonly RecentEvents _events = new();
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _roundEndedAt;
    private int _connections;
    private int _connectionsMax;
    private long _steps;

    public RunJournal(
        LoadedRun run, ITrainingObserver observer, RoundLedger ledger, MetricsLog metrics, ICheckpointKeeper checkpoints)
    {
        _run = run;
        _observer = observer;
        _ledger = ledger;
        _metrics = metrics;
        _checkpoints = checkpoints;
        _roundEndedAt = _startedAt;
    }

    /// <summary>The most connections that stood at one time.</summary>
    public int ConnectionsMax => _connectionsMax;

    public void OnConnections(int count)
    {
        if (_connectionsMax == 0)
        {
            // The time of the first step counts from the first worker, not from the wait for it.
            _roundEndedAt = Stopwatch.GetTimestamp();
        }

        _connections = count;
        _connectionsMax = Math.Max(_connectionsMax, count);
    }

    public void OnNotice(Notice notice)
    {
        if (notice is Notice.WorkerLost)
        {
            _ledger.CountRecovery();
        }

        if (notice is not Notice.ShardsRepeated)
        {
            // Lags come by the hundred, and the table shows who is late.
            _events.Add(_steps, notice.Text);
        }

        _observer.OnNotice(notice);
    }

    public void OnMessage(string text)
    {
        _events.Add(_steps, text);
        _observer.OnMessage(text);
    }

    public RoundOutcome OnRound(Round round, ReadOnlySpan<float> metricSums, ModelState model, in StepTimes times)
    {
        long now = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(_roundEndedAt, now).TotalSeconds;
        _roundEndedAt = now;
        _steps = model.Current.Version.Value;
        RoundOutcome outcome = round.Kind == RoundKind.Train
            ? OnStep(round, metricSums, seconds, model, times)
            : OnEvaluation(round, metricSums, seconds, model);
        _checkpoints.OnRound(model, _ledger.Progress);
        return outcome;
    }

    public StatusReport Report(CoordinatorStatus status, Func<WorkerId, string> addressOf) =>
        StatusReporter.Make(status, _run.Plan, _ledger, addressOf) with
        {
            Seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds,
            SecondsSinceUpdate = Stopwatch.GetElapsedTime(_roundEndedAt).TotalSeconds,
            Events = _events.Report(),
        };

    private RoundOutcome.GoOn OnStep(
        Round round, ReadOnlySpan<float> metricSums, double seconds, ModelState model, in StepTimes times)
    {
        float learningRate = model.Update.LearningRate(round.Version.Value);
        StepFigures step = _ledger.AddStep(round, metricSums, seconds, learningRate, _connections) with { Times = times };
        int logEvery = _run.Run.Training.LogEverySteps;
        if (logEvery > 0 && step.Step % logEvery == 0)
        {
            _metrics.Write("step", step);
        }

        _observer.OnStep(step);
        WeightVersion version = model.Current.Version;
        if (_ledger.EpochEnds(version) && !_run.Plan.EvaluationIsDue(version))
        {
            CloseEpoch(version, null);
        }

        return new RoundOutcome.GoOn();
    }

    private RoundOutcome OnEvaluation(Round round, ReadOnlySpan<float> metricSums, double seconds, ModelState model)
    {
        WeightVersion version = round.Version;
        EvaluationFigures evaluation = _ledger.AddEvaluation(round, metricSums, seconds);
        bool isNew = _ledger.EpochEnds(version);
        if (isNew)
        {
            CloseEpoch(version, evaluation);
        }

        EarlyStoppingSpec? early = _run.Run.Training.EarlyStopping;
        if (BestFigure.Of(_run.Run) is not { } metric || !isNew)
        {
            return new RoundOutcome.GoOn();
        }

        if (_ledger.Judge(metric, evaluation, version) && _run.Run.Checkpoint.Best is not null)
        {
            _checkpoints.KeepBest(model);
        }

        return BestFigure.HasStopped(_run.Run, _ledger.Progress)
            ? new RoundOutcome.EndRun(
                $"no better {BestFigure.Name(metric)} in {early!.Patience} evaluations; the best was {_ledger.Progress.BestValue:G6} "
                + $"after step {_ledger.Progress.BestStep}")
            : new RoundOutcome.GoOn();
    }

    private void CloseEpoch(WeightVersion version, EvaluationFigures? evaluation)
    {
        EpochFigures epoch = _ledger.CloseEpoch(version, evaluation);
        _metrics.Write("epoch", epoch);
        _observer.OnEpoch(epoch);
    }
}
