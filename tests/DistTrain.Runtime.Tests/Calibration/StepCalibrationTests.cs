using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Calibration;

public sealed class StepCalibrationTests
{
    [Fact]
    public void Measure_ARun_TrainsItsWeightsWithWholeBatches()
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        using ModelState model = Start(run);
        using var passes = new PassCalibration(run, threads: 1, workers: 1, isUnchecked: true);
        float[] before = model.Current.Span.ToArray();

        StepParts parts = StepCalibration.Measure(run, passes, Whole(run), model, seconds: 0);

        Assert.Equal(3, model.Current.Version.Value);
        Assert.False(before.AsSpan().SequenceEqual(model.Current.Span));
        Assert.True(parts is { Adds: > 0, Updates: > 0 });
        Assert.Equal(run.Buckets.Count, parts.ReadyShare.Length);
        Assert.Equal(1, parts.ReadyShare[0]);
    }

    [Fact]
    public void Measure_ARunWhoseGradientIsNotFinite_SaysSo()
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        using ModelState model = Start(run);
        model.Current.Span[0] = float.NaN;
        using var passes = new PassCalibration(run, threads: 1, workers: 1, isUnchecked: true);

        TrainingException error = Assert.Throws<TrainingException>(
            () => StepCalibration.Measure(run, passes, Whole(run), model, seconds: 0));

        Assert.Contains("nothing can be planned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PassSeconds_BetweenPasses_TheWeightsAreUpdated()
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        using ModelState model = Start(run);
        using var passes = new PassCalibration(run, threads: 1, workers: 1, isUnchecked: true);

        double seconds = StepCalibration.PassSeconds(run, passes, Whole(run), model);

        Assert.True(seconds > 0);
        Assert.True(model.Current.Version.Value >= 2);
    }

    [Fact]
    public void PassSeconds_ARunThatDiverges_IsTimedAllTheSame()
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        using ModelState model = Start(run);
        model.Current.Span[0] = float.NaN;
        using var passes = new PassCalibration(run, threads: 1, workers: 1, isUnchecked: true);

        Assert.True(StepCalibration.PassSeconds(run, passes, Whole(run), model) > 0);
        Assert.Equal(0, model.Current.Version.Value);
    }

    private static PassShape Whole(LoadedRun run) => PassShape.Between(run, run.Plan.BatchSize, run.Plan.BatchSize)[0];

    private static ModelState Start(LoadedRun run)
    {
        var model = new ModelState(run, new WeightVersion(0));
        run.Network.InitializeParameters(model.Current.Span, run.Run.Training.Seed);
        return model;
    }
}
