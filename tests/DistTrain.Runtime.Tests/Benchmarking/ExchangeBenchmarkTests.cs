using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

/// <summary>The comparison at the benchmark's end. Its workers are actors of this process here, not processes.</summary>
public sealed class ExchangeBenchmarkTests
{
    private static readonly ExchangeBenchmarkRequest Request = new()
    {
        Floats = ExchangeModel.FloatsMin, Workers = 2, Steps = 3, WarmUpSeconds = 0,
    };

    [Fact]
    public async Task RunAsync_TheWeightsOfOneProcess_AreReported()
    {
        var runs = new List<RunSummary>();

        ExchangeReport report = await RunAsync(static alone => alone, runs);

        Assert.Equal(2, runs.Count);
        Assert.Equal(report.WeightsSha256, runs[1].WeightsSha256);
        Assert.Equal(runs[0].Steps, runs[1].Steps);
    }

    [Fact]
    public async Task RunAsync_OtherWeightsThanOneProcess_AreReportedAsADefect()
    {
        var runs = new List<RunSummary>();

        TrainingException told = await Assert.ThrowsAsync<TrainingException>(
            () => RunAsync(static alone => alone with { WeightsSha256 = new string('0', 64) }, runs));

        Assert.Equal(
            $"after {runs[0].Steps} steps the weights with --workers 2 ({runs[0].WeightsSha256[..12]}…) are not those of one "
            + "process (000000000000…): a defect of DistTrain",
            told.Message);
    }

    [Fact]
    public async Task RunAsync_OtherStepsThanOneProcess_AreReportedAsADefect() => await Assert.ThrowsAsync<TrainingException>(
        () => RunAsync(static alone => alone with { Steps = alone.Steps + 1 }, []));

    /// <param name="change">What becomes of the summary of the run in one process.</param>
    /// <param name="runs">Takes the summaries of the timed run and of the other, unchanged.</param>
    private static Task<ExchangeReport> RunAsync(Func<RunSummary, RunSummary> change, List<RunSummary> runs) =>
        ExchangeBenchmark.RunAsync(
            Request,
            async (request, observer, cancellation) =>
            {
                TrainingResult result = await TemporaryRun.RunAsync(
                    folder => request(folder) with { Processes = false }, observer, cancellation);
                runs.Add(result.Summary);
                return runs.Count == 1 ? result : result with { Summary = change(result.Summary) };
            },
            CancellationToken.None);
}
