using Xunit.Abstractions;

namespace DistTrain.Simulation.Tests;

/// <summary>The cost model against the real protocol on virtual links, and against what must hold.</summary>
public sealed class StepModelTests(ITestOutputHelper output)
{
    private static readonly ClusterNetwork TenGigabit = new(1.25e9, 100e-6);

    /// <summary>The model leaves out what depends on chance of the order of messages; it says so in docs/PLANNING.md.</summary>
    private const double RelativeTolerance = 0.15;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(8, 0)]
    [InlineData(16, 4)]
    [InlineData(16, 8)]
    [InlineData(24, 3)]
    [InlineData(64, 8)]
    [InlineData(64, 4)]
    public void Predict_AClusterOfAnySize_AgreesWithTheSimulation(int workers, int fanIn)
    {
        StepCosts costs = Costs(shards: 64);

        double predicted = StepModel.Predict(costs, TenGigabit, workers, fanIn).StepSeconds;
        double simulated = ScalingSimulation.StepSeconds(costs, TenGigabit, workers, fanIn);

        output.WriteLine($"{predicted * 1e3:0.000} ms predicted, {simulated * 1e3:0.000} ms simulated");
        Assert.InRange(predicted, simulated * (1 - RelativeTolerance), simulated * (1 + RelativeTolerance));
    }

    [Fact]
    public void Predict_ManyWorkersAtOneCoordinator_WaitsForItsLinkAndFanInHelps()
    {
        StepCosts costs = Costs(shards: 256);

        StepPrediction direct = StepModel.Predict(costs, TenGigabit, 256, 0);
        StepPrediction best = StepPlanner.Best(costs, TenGigabit, 256, fanIn: null, costs.Shards);

        Assert.Equal(StepLimit.CoordinatorLink, direct.Limit);
        Assert.True(best.FanIn > 0);
        Assert.True(best.StepSeconds < direct.StepSeconds / 4, $"{best} is hardly better than {direct}");
    }

    [Fact]
    public void Predict_FewerShardsThanWorkers_NamesTheShardsAndABetterNumber()
    {
        StepCosts costs = Costs(shards: 8) with { Compute = new ComputeCurve([(1, 0.01), (1024, 10)]) };

        StepPrediction few = StepModel.Predict(costs, TenGigabit, 32, 0);
        StepPrediction best = StepPlanner.Best(costs, TenGigabit, 32, fanIn: null, shards: null);

        Assert.Equal(StepLimit.Shards, few.Limit);
        Assert.True(best.Shards >= 32);
        Assert.True(best.StepSeconds < few.StepSeconds);
    }

    [Fact]
    public void Predict_SharedCores_NeverBeatsTheSumOfTheWork()
    {
        StepCosts costs = Costs(shards: 8);
        var local = new ClusterNetwork(double.PositiveInfinity, 10e-6, SharedCores: 2);

        double two = StepModel.Predict(costs, local, 2, 0).StepSeconds;
        double four = StepModel.Predict(costs, local, 4, 0).StepSeconds;

        Assert.True(four >= two * 0.95, $"{four} s with four workers on two cores, {two} s with two");
    }

    /// <summary>
    /// What a machine with two cores measured of itself (784-512-256-10 and 784-2048-2048-10, batches of 512, 8 shards), and
    /// the medians of its steps with so many worker processes. The tolerance is what docs/PLANNING.md promises.
    /// </summary>
    [Theory]
    [InlineData(false, 1, 6.2)]
    [InlineData(false, 2, 3.5)]
    [InlineData(false, 3, 4.7)]
    [InlineData(false, 4, 4.2)]
    [InlineData(true, 1, 74.1)]
    [InlineData(true, 2, 45.6)]
    [InlineData(true, 3, 58.4)]
    [InlineData(true, 4, 52.6)]
    public void Predict_ProcessesOfOneMachine_AgreesWithWhatWasMeasured(bool isLarge, int workers, double milliseconds)
    {
        StepCosts costs = isLarge ? LargeOnTwoCores : SmallOnTwoCores;
        var local = new ClusterNetwork(double.PositiveInfinity, 50e-6, SharedCores: 2);

        double predicted = StepModel.Predict(costs, local, workers, 0).StepSeconds * 1e3;

        output.WriteLine($"{predicted:0.00} ms predicted, {milliseconds:0.00} ms measured");
        Assert.InRange(predicted, milliseconds * 0.8, milliseconds * 1.2);
    }

    [Fact]
    public void Predict_OneWorker_AddsNothing()
    {
        StepCosts costs = SmallOnTwoCores;
        var local = new ClusterNetwork(double.PositiveInfinity, 50e-6, SharedCores: 2);

        double step = StepModel.Predict(costs, local, 1, 0).StepSeconds;

        Assert.Equal(step, StepModel.Predict(costs with { AddFloatsPerSecond = 1e6 }, local, 1, 0).StepSeconds, 12);
    }

    [Fact]
    public void Predict_UpdatesBesideThePasses_TakeTheirCores()
    {
        var two = new ClusterNetwork(double.PositiveInfinity, 50e-6, SharedCores: 2);
        var many = two with { SharedCores = 64 };
        StepCosts costs = LargeOnTwoCores with { SharedSlowdown = 1 };

        double between = StepModel.Predict(costs, two, 2, 0).StepSeconds - StepModel.Predict(costs, many, 2, 0).StepSeconds;

        // 4.2 million of 5.8 million floats are updated while the passes still go on: 3.8 ms on both cores, and their additions.
        Assert.InRange(between, 0.0035, 0.0055);
    }

    [Fact]
    public void Predict_UpdatesBesideOneWorker_TakeAPartOfItsCore()
    {
        var apart = new ClusterNetwork(double.PositiveInfinity, 50e-6);
        StepCosts costs = LargeOnTwoCores;

        double between = StepModel.Predict(costs, apart with { SharedCores = 2 }, 1, 0).StepSeconds
            - StepModel.Predict(costs, apart, 1, 0).StepSeconds;

        // 3.8 ms of updates on both cores beside one thread: a quarter of their 7.7 core milliseconds.
        Assert.InRange(between, 0.0019, 0.0021);
    }

    [Fact]
    public void ComputeCurve_BetweenAndBeyondPoints_IsStraight()
    {
        var curve = new ComputeCurve([(10, 1), (20, 3)]);

        Assert.Equal(1, curve.Seconds(5));
        Assert.Equal(2, curve.Seconds(15));
        Assert.Equal(6, curve.Seconds(40));
        Assert.Throws<ArgumentException>(() => new ComputeCurve([]));
    }

    private static StepCosts SmallOnTwoCores => new()
    {
        BucketFloats = [401_920, 133_902],
        BatchRows = 512,
        Shards = 8,
        Compute = new ComputeCurve([(32, 0.000388), (64, 0.00071), (128, 0.00138), (256, 0.00273), (512, 0.00555)]),
        SumsReadyShare = [1, 0.68],
        AddFloatsPerSecond = 5e9,
        UpdateFloatsPerSecond = 1.1e9,
        MessageSeconds = 15e-6,
        ByteSeconds = 6e-12,
        ByteWork = 4e-12,
        SharedSlowdown = 1.04,
        Threads = 1,
    };

    private static StepCosts LargeOnTwoCores => SmallOnTwoCores with
    {
        BucketFloats = [1_607_680, 1_405_600, 1_405_616, 1_405_630],
        Compute = new ComputeCurve([(32, 0.0066), (64, 0.0109), (128, 0.0196), (256, 0.0368), (512, 0.0707)]),
        SumsReadyShare = [1, 0.9, 0.9, 0.9],
        AddFloatsPerSecond = 5.5e9,
        ByteSeconds = 1.5e-12,
        ByteWork = 1.4e-12,
    };

    /// <summary>About 1 million parameters in four buckets; a batch computes 80 ms on one worker.</summary>
    private static StepCosts Costs(int shards) => new()
    {
        BucketFloats = [262_144, 262_144, 262_144, 262_148],
        BatchRows = 1024,
        Shards = shards,
        Compute = new ComputeCurve([(1, 0.0004), (1024, 0.08)]),
        SumsReadyShare = [1, 0.85, 0.7, 0.55],
        AddFloatsPerSecond = 1.5e9,
        UpdateFloatsPerSecond = 1e9,
        MessageSeconds = 3e-6,
        ByteSeconds = 0,
        Threads = 1,
    };
}
