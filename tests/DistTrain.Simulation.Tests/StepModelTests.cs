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

    [Fact]
    public void ComputeCurve_BetweenAndBeyondPoints_IsStraight()
    {
        var curve = new ComputeCurve([(10, 1), (20, 3)]);

        Assert.Equal(1, curve.Seconds(5));
        Assert.Equal(2, curve.Seconds(15));
        Assert.Equal(6, curve.Seconds(40));
        Assert.Throws<ArgumentException>(() => new ComputeCurve([]));
    }

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
