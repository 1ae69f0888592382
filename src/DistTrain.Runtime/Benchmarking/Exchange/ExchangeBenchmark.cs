using System.Collections.Immutable;
using DistTrain.Data;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>
/// Times the exchange alone: sums up, reduction, update, weights down, between a coordinator and worker processes of this
/// machine. It is the engine that trains, on a model that computes next to nothing (<see cref="ExchangeModel"/>).
/// </summary>
/// <remarks>
/// Timed is the step from the publication of one version of the weights to that of the next, without the gathering, forward
/// and backward pass of the worker whose sum came last. So all that is neither counts as exchange: messages, wake-ups of
/// threads, waiting for the slower worker, the search for values that are not finite, the closing of the round.
/// </remarks>
public static class ExchangeBenchmark
{
    /// <summary>Whether processes of this machine can share memory.</summary>
    public static bool CanShare
    {
        get
        {
            using SharedRegion? probe = SharedRegion.TryCreate(1, 1);
            return probe is not null;
        }
    }

    /// <summary>Trains in a folder that is gone afterwards; <see cref="TemporaryRun.RunAsync"/> but in tests.</summary>
    internal delegate Task<TrainingResult> Train(
        Func<string, TrainingRequest> request, ITrainingObserver observer, CancellationToken cancellation);

    /// <exception cref="TrainingException">The run failed, or its weights are not those of one process.</exception>
    public static Task<ExchangeReport> RunAsync(ExchangeBenchmarkRequest request, CancellationToken cancellation) =>
        RunAsync(request, TemporaryRun.RunAsync, cancellation);

    /// <param name="train">Makes the timed run, then the one that it is compared with.</param>
    internal static async Task<ExchangeReport> RunAsync(
        ExchangeBenchmarkRequest request, Train train, CancellationToken cancellation)
    {
        RunFile run = ExchangeModel.Run(request.Floats, request.Workers, steps: null);
        using PreparedData data = PreparedData.Prepare(run.Data, run.BaseFolder, run.Training.Seed);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var recorder = new StepRecorder(WarmUpSteps, request.WarmUpSeconds, request.Steps, ending.Cancel);
        TrainingResult result = await train(
            folder => new TrainingRequest
            {
                Run = run,
                Data = data,
                Workers = request.Workers,
                Processes = true,
                Link = request.Link,
                SharesEvenly = true,
                OutFolder = folder,
                WorkerCommand = request.WorkerCommand,
            },
            recorder, ending.Token).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (!recorder.IsComplete)
        {
            throw new TrainingException($"the exchange could not be timed: {result.Summary.Reason}");
        }

        if (result.Summary.Recoveries > 0)
        {
            throw new TrainingException("a worker process was lost while the exchange was timed; run it again");
        }

        ExchangeReport report = Report(request, recorder, result.Summary, LoadedRun.Build(run.OnOneMachine(), data).Buckets.Count);
        await CheckBitsAsync(request, data, result.Summary, train, cancellation).ConfigureAwait(false);
        return report;
    }

    private static ExchangeReport Report(
        ExchangeBenchmarkRequest request, StepRecorder recorder, RunSummary summary, int buckets)
    {
        ImmutableArray<StepFigures> steps = [.. recorder.Steps];
        var exchange = Spread.Of(steps.Select(ExchangeMilliseconds));
        return new ExchangeReport
        {
            Machine = MachineFacts.Read(),
            Floats = summary.ParameterCount,
            Buckets = buckets,
            Workers = request.Workers,
            Link = request.Link,
            Steps = steps.Length,
            ExchangeMilliseconds = exchange,
            MegabytesPerSecond = (double)summary.ParameterCount * sizeof(float) / 1e3 / exchange.Median,
            StepMilliseconds = Spread.Of(steps.Select(static step => step.Seconds * 1e3)),
            StepMicroseconds = MedianTimes.Of(steps),
            WeightsSha256 = summary.WeightsSha256,
        };
    }

    private static double ExchangeMilliseconds(StepFigures step) =>
        (step.Seconds * 1e3) - ((step.Times.Gather + step.Times.Forward + step.Times.Backward) / 1e3);

    /// <summary>As many steps in this process alone; its one worker has a thread for each shard.</summary>
    private static async Task CheckBitsAsync(
        ExchangeBenchmarkRequest request, PreparedData data, RunSummary timed, Train train, CancellationToken cancellation)
    {
        TrainingResult alone = await train(
            folder => new TrainingRequest
            {
                Run = ExchangeModel.Run(request.Floats, request.Workers, timed.Steps),
                Data = data,
                ThreadsPerWorker = request.Workers,
                OutFolder = folder,
            },
            TrainingObserver.None, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (alone.Summary.WeightsSha256 != timed.WeightsSha256 || alone.Summary.Steps != timed.Steps)
        {
            throw new TrainingException(
                $"after {timed.Steps} steps the weights with --workers {request.Workers} ({timed.WeightsSha256[..12]}…) are not those "
                + $"of one process ({alone.Summary.WeightsSha256[..12]}…): a defect of DistTrain");
        }
    }

    private const int WarmUpSteps = 20;
}
