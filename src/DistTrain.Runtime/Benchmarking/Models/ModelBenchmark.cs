using System.Collections.Immutable;
using DistTrain.Data;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>
/// Times whole training steps: the same engine as train, on data in memory, without evaluation, log lines or
/// checkpoints. A run of its own for each model, ended when enough steps are timed.
/// </summary>
public static class ModelBenchmark
{
    /// <summary>The run file that is timed.</summary>
    /// <exception cref="RunFileException">It cannot be read or used.</exception>
    public static RunFile RunOf(ModelBenchmarkRequest request)
    {
        string[] overrides =
        [
            "training.epochs=null", $"training.steps={int.MaxValue}", "training.evaluateEveryEpochs=0",
            "training.logEverySteps=0", "training.earlyStopping=null", "report=null",
            "checkpoint={\"everySeconds\": 0}",
            .. request.BatchSize is { } batch ? [$"training.batchSize={batch}"] : Array.Empty<string>(),
            .. request.Shards is { } shards ? [$"training.shards={shards}"] : Array.Empty<string>(),
        ];
        if (IsBuiltIn(request.Model))
        {
            return RunFile.Parse(BenchmarkModels.RunJson(request.Model), request.Model, overrides);
        }

        return File.Exists(request.Model)
            ? RunFile.Load(request.Model, overrides)
            : throw new RunFileException(
                $"{request.Model} is no model to time and no file; expected a run file, or one of "
                + string.Join(", ", BenchmarkModels.All.Select(static model => model.Name)));
    }

    /// <exception cref="TrainingException">The run failed, or could not start.</exception>
    /// <exception cref="RunFileException">The run file cannot be read or used.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="DistTrain.Models.ModelException">The model does not fit the data.</exception>
    public static async Task<ModelReport> RunAsync(ModelBenchmarkRequest request, CancellationToken cancellation)
    {
        RunFile run = RunOf(request);
        using PreparedData data = PreparedData.Prepare(run.Data, run.BaseFolder, run.Training.Seed);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var recorder = new StepRecorder(
            request.WarmUpSteps, request.WarmUpSeconds, request.Steps ?? StepsOf(request.Model), ending.Cancel);
        TrainingResult result = await TemporaryRun.RunAsync(
            folder => RequestOf(request, run, data, folder), recorder, ending.Token).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return recorder.IsComplete
            ? Report(request, recorder, result.Summary, LoadedRun.Build(run, data))
            : throw new TrainingException($"{request.Model}: {result.Summary.Reason}");
    }

    private static TrainingRequest RequestOf(
        ModelBenchmarkRequest request, RunFile run, PreparedData data, string folder) => new()
        {
            Run = run,
            Data = data,
            Workers = request.Workers,
            Processes = request.Processes,
            ThreadsPerWorker = request.ThreadsPerWorker,
            Link = request.Link,
            OutFolder = folder,
            WorkerCommand = request.WorkerCommand,
        };

    private static ModelReport Report(
        ModelBenchmarkRequest request, StepRecorder recorder, RunSummary summary, LoadedRun run)
    {
        ImmutableArray<StepFigures> steps = [.. recorder.Steps];
        return new ModelReport
        {
            Model = request.Model,
            Machine = MachineFacts.Read(),
            ParameterCount = summary.ParameterCount,
            BatchSize = run.Plan.BatchSize,
            Shards = run.Plan.Shards,
            Engine = summary.Engine,
            Workers = request.Workers,
            ThreadsPerWorker = request.ThreadsPerWorker,
            Steps = steps.Length,
            SamplesPerSecond = Spread.Of(SpeedsOfParts(steps)),
            StepMilliseconds = Spread.Of(steps.Select(static step => step.Seconds * 1000)),
            StepMicroseconds = MedianTimes.Of(steps),
            ComputeBytesPerStep = ComputePath.AllocatedBytesPerStep(run),
            ProcessBytesPerStep = (double)recorder.AllocatedBytes / steps.Length,
            PeakBytes = recorder.PeakBytes,
        };
    }

    private static IEnumerable<double> SpeedsOfParts(ImmutableArray<StepFigures> steps)
    {
        int parts = Math.Min(PartsMax, steps.Length);
        for (int part = 0; part < parts; part++)
        {
            IEnumerable<StepFigures> own = steps[(part * steps.Length / parts)..((part + 1) * steps.Length / parts)];
            yield return own.Sum(static step => step.Rows) / own.Sum(static step => step.Seconds);
        }
    }

    private static bool IsBuiltIn(string model) => BenchmarkModels.All.Any(builtIn => builtIn.Name == model);

    private static int StepsOf(string model) => IsBuiltIn(model)
        ? BenchmarkModels.All.First(builtIn => builtIn.Name == model).Steps : StepsOfRunFiles;

    private const int StepsOfRunFiles = 200;

    /// <summary>The timed steps are cut into so many, to see how steady the speed is.</summary>
    private const int PartsMax = 10;
}
