using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

public sealed class ModelBenchmarkTests
{
    [Theory]
    [InlineData("mlp", 535_818)]
    [InlineData("wide", 5_824_522)]
    [InlineData("cnn", 431_080)]
    public void RunOf_BuiltInModel_HasThePeersParameters(string name, int parameters)
    {
        RunFile run = ModelBenchmark.RunOf(new ModelBenchmarkRequest { Model = name });

        Assert.Equal(
            parameters, DistTrain.Models.Network.Build(run.ResolveModel(new Numerics.Shape(1, 28, 28), 10)).Parameters.Length);
    }

    [Fact]
    public void RunOf_NoSuchModel_SaysWhatThereIs() => Assert.Equal(
        "mpl is no model to time and no file; expected a run file, or one of mlp, wide, cnn",
        Assert.Throws<RunFileException>(() => ModelBenchmark.RunOf(new ModelBenchmarkRequest { Model = "mpl" })).Message);

    [Fact]
    public async Task RunAsync_AFewSteps_MeasuresTheEngineThatTrains()
    {
        var request = new ModelBenchmarkRequest
        {
            Model = "mlp", BatchSize = 64, Shards = 4, Steps = 6, WarmUpSteps = 2, WarmUpSeconds = 0, Workers = 2,
        };

        ModelReport report = await ModelBenchmark.RunAsync(request, CancellationToken.None);

        Assert.Equal((6, 64, 4, 2), (report.Steps, report.BatchSize, report.Shards, report.Workers));
        Assert.Equal("in-process", report.Engine);
        Assert.True(report.SamplesPerSecond.Min > 0 && report.StepMilliseconds.Min > 0);
        StepTimes times = report.StepMicroseconds;
        Assert.True(times.Forward > 0 && times.Backward > 0 && times.Update > 0 && times.Wait > 0, $"{times}");
        Assert.Equal(0, report.ComputeBytesPerStep);
        Assert.NotEmpty(report.PeakBytes);
    }

    [Fact]
    public async Task RunAsync_StoppedBefore_GivesNoFigures() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => ModelBenchmark.RunAsync(new ModelBenchmarkRequest { Model = "mlp" }, new CancellationToken(canceled: true)));
}
