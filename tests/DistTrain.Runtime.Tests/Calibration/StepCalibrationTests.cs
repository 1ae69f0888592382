using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Calibration;

public sealed class StepCalibrationTests
{
    [Fact]
    public void Measure_ARun_TrainsItsWeightsWithWholeBatches()
    {
        using var started = new Started();
        float[] before = started.Model.Current.Span.ToArray();

        StepParts parts = started.Measure();

        Assert.Equal(3, started.Model.Current.Version.Value);
        Assert.False(before.AsSpan().SequenceEqual(started.Model.Current.Span));
        Assert.True(parts is { Adds: > 0, Updates: > 0 });
        Assert.Equal(started.Run.Buckets.Count, parts.ReadyShare.Length);
        Assert.Equal(1, parts.ReadyShare[0]);
    }

    [Fact]
    public void Measure_ARunWhoseGradientIsNotFinite_SaysSo()
    {
        using var started = new Started();
        started.Model.Current.Span[0] = float.NaN;

        TrainingException error = Assert.Throws<TrainingException>(() => started.Measure());

        Assert.Contains("nothing can be planned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PassSeconds_BetweenPasses_TheWeightsAreUpdated()
    {
        using var started = new Started();

        double seconds = started.PassSeconds();

        Assert.True(seconds > 0);
        Assert.True(started.Model.Current.Version.Value >= 2);
    }

    [Fact]
    public void PassSeconds_ARunThatDiverges_IsTimedAllTheSame()
    {
        using var started = new Started();
        started.Model.Current.Span[0] = float.NaN;

        Assert.True(started.PassSeconds() > 0);
        Assert.Equal(0, started.Model.Current.Version.Value);
    }

    /// <summary>A run before its first step, and a worker for whole batches.</summary>
    private sealed class Started : IDisposable
    {
        private readonly TinyRun _tiny = new();
        private readonly PassCalibration _passes;
        private readonly PassShape _whole;

        public Started()
        {
            Run = _tiny.Loaded;
            Model = new ModelState(Run, new WeightVersion(0));
            Run.Network.InitializeParameters(Model.Current.Span, Run.Run.Training.Seed);
            _passes = new PassCalibration(Run, threads: 1, workers: 1, isUnchecked: true);
            _whole = PassShape.Between(Run, Run.Plan.BatchSize, Run.Plan.BatchSize)[0];
        }

        public LoadedRun Run { get; }

        public ModelState Model { get; }

        public StepParts Measure() => StepCalibration.Measure(Run, _passes, _whole, Model, seconds: 0);

        public double PassSeconds() => StepCalibration.TimePass(Run, _passes, _whole, Model).Median;

        public void Dispose()
        {
            _passes.Dispose();
            Model.Dispose();
            _tiny.Dispose();
        }
    }
}
