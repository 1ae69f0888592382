using DistTrain.Data;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// One life of a coordinator with everything around it: run file and data loaded, weights initial or from a checkpoint,
/// the actor, the output folder. The engines add the workers.
/// </summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly ITrainingObserver _observer;
    private readonly SessionSettings _settings;
    private readonly PreparedData? _ownData;
    private readonly ModelState _model;
    private readonly RoundLedger _ledger;
    private readonly RunJournal _journal;
    private readonly MetricsLog _metrics;
    private readonly CheckpointKeeper _checkpoints;
    private readonly OutFolder _folder;
    private readonly IDisposable? _hold;
    private readonly long _stepsAtStart;
    private readonly TaskCompletionSource<RunEnd> _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isOver;

    /// <param name="hold">On <paramref name="folder"/>; disposed with this object.</param>
    private RunSession(
        SessionSettings settings, ITrainingObserver observer, PreparedData? ownData, LoadedRun run, OutFolder folder,
        IDisposable? hold)
    {
        _settings = settings;
        _observer = observer;
        _ownData = ownData;
        Run = run;
        _folder = folder;
        _hold = hold;
        if (_folder.IsHeld)
        {
            _folder.RemoveLeftovers();
        }

        using CheckpointStart start = CheckpointStart.Find(_folder, run, settings, observer.OnMessage);
        _model = new ModelState(run, start.Version, settings.SharesData && settings.Link != LinkKind.Tcp);
        start.Fill(_model, run);
        _stepsAtStart = start.Version.Value;
        _ledger = new RoundLedger(run, start.Progress with { Origin = start.Origin ?? RunOrigin.Of(_model.Current.Span) });
        SummaryFile.WriteText(_folder.RunFile, run.RunJson);
        SummaryFile.WriteText(_folder.ModelDescription, run.Data.Schema.ToJson() + "\n");
        _metrics = new MetricsLog(_folder.Metrics, start.Version.Value, start.Progress.EpochRows > 0, SayOfDisk);
        _checkpoints = new CheckpointKeeper(run, _folder, start.Term, start.Version.Value, SayOfDisk);
        _journal = new RunJournal(run, observer, _ledger, _metrics, _checkpoints);
        var machine = new CoordinatorProtocol(new CoordinatorSettings(
            start.Term, PlanFrom(start, run), start.Version, run.Buckets.Count, settings.WorkersMin, run.RunJson, run.RunHash,
            run.Data.ContentHash, settings.SharesData ? _folder.PreparedData : "", TimesOf(run.Run))
        {
            WorkersAtStart = settings.WorkersAtStart,
            SharesEvenly = settings.SharesEvenly,
            StartEvaluated = start.Progress.Evaluated,
        });
        Core = new CoordinatorCore(machine, run, _model, _journal);
        Coordinator = new CoordinatorActor(Core);
        Coordinator.TryPost(new CoordinatorInput.Started());
    }

    public LoadedRun Run { get; }

    /// <summary>For an engine that hosts it itself, and then neither starts <see cref="Coordinator"/> nor calls <see cref="RunAsync"/>.</summary>
    public CoordinatorCore Core { get; }

    public CoordinatorActor Coordinator { get; }

    /// <summary>Where lines for people go instead, when another host has the core. Takes inputs from any thread.</summary>
    public Action<CoordinatorInput>? OtherHost { get; set; }

    public LinkKind Link => _settings.Link;

    /// <summary>Where the prepared data was saved for workers of other processes; null where they share it.</summary>
    public string? DataFile => _settings.SharesData ? _folder.PreparedData : null;

    /// <param name="cancellation">Ends the preparing of the data, which comes first; nothing is lost by that.</param>
    /// <exception cref="TrainingException">The run cannot start.</exception>
    /// <exception cref="OperationCanceledException">The data was not ready yet.</exception>
    public static RunSession Open(
        SessionSettings settings, ITrainingObserver observer, CancellationToken cancellation = default)
    {
        RunFile file = settings.Run;
        PreparedData? own = settings.Data is null ? Prepare(file, cancellation) : null;
        IDisposable? hold = null;
        try
        {
            LoadedRun run = LoadedRun.Build(file, settings.Data ?? own!);
            var folder = new OutFolder(settings.OutFolder);
            hold = folder.Hold(settings.Resume, observer.OnMessage);
            var session = new RunSession(settings, observer, own, run, folder, hold);
            if (settings.SharesData)
            {
                session.Run.Data.Save(session._folder.PreparedData);
            }

            return session;
        }
        catch
        {
            hold?.Dispose();
            own?.Dispose();
            throw;
        }
    }

    /// <summary>A line for people, from any thread.</summary>
    public void Say(string text) => Post(new CoordinatorInput.Say(text));

    /// <summary>Tells the observer how the run starts.</summary>
    public void Announce()
    {
        TrainingStarted started = Started();
        _observer.OnStarted(started);
        if (Run.Run.Report.Samples && started.StepsDone == 0)
        {
            _observer.OnSamples(SampleReporter.Make(Run, _model.Current.Span, isAfter: false));
        }
    }

    /// <summary>For workers of this machine: without them the run fails.</summary>
    public Supervision Supervision => new()
    {
        Say = Say,
        GiveUp = reason => _givenUp.TrySetResult(new RunEnd(RunEndKind.Failed, reason)),
        Over = Coordinator.End,
    };

    /// <summary>Runs the coordinator to its end; workers come by what the engine starts around this call.</summary>
    public async Task<RunEnd> RunAsync(CancellationToken cancellation)
    {
        Announce();
        Coordinator.Start();
        using CancellationTokenRegistration stop = cancellation.Register(
            () => Coordinator.TryPost(new CoordinatorInput.StopRequested("stopped on request")));
        Task<RunEnd> end = await Task.WhenAny(Coordinator.End, _givenUp.Task).ConfigureAwait(false);
        return await end.ConfigureAwait(false);
    }

    /// <summary>
    /// Writes what a run leaves behind: last checkpoint, model, summary. Nothing where the run ended early here, and a later
    /// coordinator goes on with it or has completed it. A run that was complete when it was opened keeps the summary of whoever
    /// completed it, with the workers, times and version of then.
    /// </summary>
    public async Task<TrainingResult> FinishAsync(RunEnd end)
    {
        Coordinator.Stop();
        await Coordinator.Completion.ConfigureAwait(false);
        _isOver = true;
        if (Run.Run.Report.Samples)
        {
            _observer.OnSamples(SampleReporter.Make(Run, _model.Current.Span, isAfter: true));
        }

        if (end.Kind != RunEndKind.Completed && _checkpoints.IsSuperseded)
        {
            _observer.OnMessage($"a later coordinator writes to {_folder.Root}: nothing is written over its results");
            return new TrainingResult(Summarise(end, _checkpoints.Newest, TestAtTheEnd(end)), end);
        }

        string? checkpoint = await _checkpoints.FinishAsync(_model, _ledger.Progress, end).ConfigureAwait(false);
        RunSummary summary = Summarise(end, checkpoint, TestAtTheEnd(end));
        try
        {
            ModelFile.Write(_folder.Model, Run, _model.Current);
            if (summary.Steps > _stepsAtStart || !SummaryFile.Tells(_folder.Summary, summary))
            {
                SummaryFile.Write(_folder.Summary, summary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"the results cannot be written to {_folder.Root} ({error.Message.TrimEnd('.')}); make room and run "
                + "again with --resume", error);
        }

        return new TrainingResult(summary, end);
    }

    public async ValueTask DisposeAsync()
    {
        Coordinator.Stop();
        await Coordinator.Completion.ConfigureAwait(false);
        await _checkpoints.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _model.Dispose();
        _ownData?.Dispose();
        using IDisposable? hold = _hold ?? _folder.Hold(resume: true, static _ => { });
        if (_settings.SharesData && _folder.IsHeld)
        {
            File.Delete(_folder.PreparedData);
        }
    }

    /// <remarks>
    /// Left behind when cancelled: it reads files, one of which may be a pipe that nobody writes to, and no read of such a
    /// file can be ended from outside.
    /// </remarks>
    private static PreparedData Prepare(RunFile file, CancellationToken cancellation)
    {
        Task<PreparedData> preparing = Task.Run(
            () => PreparedData.Prepare(file.Data, file.BaseFolder, file.Training.Seed), CancellationToken.None);
        try
        {
            return preparing.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            preparing.ContinueWith(
                static late => late.Result.Dispose(), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>A run that ended early has no steps left when it is resumed.</summary>
    private static RunPlan PlanFrom(CheckpointStart start, LoadedRun run) =>
        BestFigure.HasStopped(run.Run, start.Progress) ? run.Plan with { StepsTotal = start.Version.Value } : run.Plan;

    private static ProtocolTimes TimesOf(RunFile file) => new()
    {
        WaitForWorkersMax = file.Cluster.WaitForWorkersSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    /// <summary>A line about what could not be written; told also after the coordinator's end.</summary>
    private void SayOfDisk(string text)
    {
        if (_isOver)
        {
            _observer.OnMessage(text);
        }
        else
        {
            Post(new CoordinatorInput.Say(text, IsLasting: true));
        }
    }

    private void Post(CoordinatorInput.Say line)
    {
        if (OtherHost is { } post)
        {
            post(line);
        }
        else if (Coordinator?.TryPost(line) != true && line.IsLasting)
        {
            // Before the coordinator is made, or just after its end.
            _observer.OnMessage(line.Text);
        }
    }

    private TrainingStarted Started() => new()
    {
        Engine = _settings.Engine,
        Workers = _settings.Workers,
        ThreadsPerWorker = _settings.ThreadsPerWorker,
        ParameterCount = Run.Network.Parameters.Length,
        TrainRows = Run.Plan.TrainRows,
        TestRows = Run.Data.Test?.RowCount ?? 0,
        ValidationRows = Run.Data.Validation?.RowCount ?? 0,
        StepsTotal = Run.Plan.StepsTotal,
        StepsPerEpoch = Run.Plan.StepsPerEpoch,
        StepsDone = _model.Current.Version.Value,
        IsClassification = Run.IsClassification,
        OutFolder = _folder.Root,
    };

    /// <summary>The test part that a validation part stood in for; else what was evaluated while training.</summary>
    private EvaluationFigures? TestAtTheEnd(RunEnd end)
    {
        if (Run.Data is not { Validation: not null, Test: { } test } || end.Kind != RunEndKind.Completed)
        {
            return _ledger.Progress.LastTest;
        }

        var outputs = new OutputDecoder(Run.Network.Spec.Loss, Run.Network.Output.Size, Run.Data.Schema);
        EvaluationReport report = ModelEvaluation.Run(Run.Network, _model.Current.Span, outputs, test);
        return new EvaluationFigures(
            report.Rows, report.Loss, report.Accuracy, report.MeanAbsoluteError, report.RootMeanSquareError);
    }

    private RunSummary Summarise(RunEnd end, string? checkpoint, EvaluationFigures? test)
    {
        RunProgress progress = _ledger.Progress;
        return new RunSummary
        {
            WeightsSha256 = WeightsHash.Of(_model.Current.Span),
            Outcome = end.Kind switch
            {
                RunEndKind.Completed => "completed",
                RunEndKind.Stopped => "stopped",
                _ => "failed",
            },
            Reason = end.Reason,
            Steps = _model.Current.Version.Value,
            Epochs = (int)(_model.Current.Version.Value / Run.Plan.StepsPerEpoch),
            TrainLoss = progress.LastEpoch?.TrainLoss ?? progress.LastLoss,
            TrainAccuracy = progress.LastEpoch?.TrainAccuracy,
            ValidationLoss = progress.LastValidation?.Loss,
            ValidationAccuracy = progress.LastValidation?.Accuracy,
            ValidationMeanAbsoluteError = progress.LastValidation?.MeanAbsoluteError,
            ValidationRootMeanSquareError = progress.LastValidation?.RootMeanSquareError,
            BestStep = progress.BestValue is null ? null : progress.BestStep,
            TestLoss = test?.Loss,
            TestAccuracy = test?.Accuracy,
            TestMeanAbsoluteError = test?.MeanAbsoluteError,
            TestRootMeanSquareError = test?.RootMeanSquareError,
            SamplesPerSecond = progress.TrainSeconds > 0 ? progress.Rows / progress.TrainSeconds : 0,
            StepMillisecondsMedian = _ledger.MedianMs,
            Workers = _settings.Workers > 0 ? _settings.Workers : _journal.ConnectionsMax,
            ThreadsPerWorker = _settings.ThreadsPerWorker,
            Engine = _settings.Engine,
            Seconds = progress.Seconds,
            Recoveries = progress.Recoveries,
            ParameterCount = Run.Network.Parameters.Length,
            TrainRows = Run.Plan.TrainRows,
            TestRows = Run.Data.Test?.RowCount ?? 0,
            ValidationRows = Run.Data.Validation?.RowCount ?? 0,
            RunHash = Run.RunHash,
            DataHash = Run.Data.ContentHash,
            Version = RunOrigin.ProgramVersion,
            Origin = progress.Origin!,
            Checkpoint = checkpoint,
        };
    }
}
