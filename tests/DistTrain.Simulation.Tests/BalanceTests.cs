using DistTrain.Protocol;
using Xunit.Abstractions;

namespace DistTrain.Simulation.Tests;

/// <summary>Load balance by measured speed, in fair weather.</summary>
public sealed class BalanceTests(ITestOutputHelper output)
{
    private const long ShardMicroseconds = 10_000;

    /// <summary>Of what the workers' summed speed predicts; whole shards and the exchange cost the rest.</summary>
    private const double TolerableShare = 1.2;

    [Theory]
    [InlineData(new[] { 1.0, 1, 1, 1 }, 16)]
    [InlineData(new[] { 3.0, 1, 1, 1 }, 16)]
    [InlineData(new[] { 3.0, 1, 1, 1 }, 32)]
    [InlineData(new[] { 2.0, 1 }, 16)]
    [InlineData(new[] { 8.0, 1, 2, 4, 1, 1 }, 64)]
    public void Steps_WithWorkersOfDifferentSpeed_TakeLittleMoreThanTheirSummedSpeedPredicts(
        double[] slowness, int shards)
    {
        World world = new(1, Fair(slowness, shards));
        world.Run();
        double measured = StepMicroseconds(world);
        double predicted = shards * ShardMicroseconds / slowness.Sum(factor => 1 / factor);
        output.WriteLine($"{measured / predicted:0.00} times the predicted step time");
        Assert.InRange(measured / predicted, 0.9, TolerableShare);
    }

    private static Scenario Fair(double[] slowness, int shards) => new()
    {
        Task = new TinyTask(
            5, new RunPlan { TrainRows = 64, TestRows = 0, BatchSize = 64, Shards = shards, StepsTotal = 60 }, buckets: 1),
        Workers = slowness.Length,
        WorkersMin = 1,
        WorkersAtStart = slowness.Length,
        ShardMicroseconds = ShardMicroseconds,
        DelayMicroseconds = 100,
        RoughMicroseconds = 3_600_000_000,
        Faults = 0,
        CheckpointEvery = 1000,
        Jitter = 0.02,
        Slowness = slowness,
    };

    /// <summary>The mean of all steps but the first ten, in which the speeds are learnt.</summary>
    private static double StepMicroseconds(World world)
    {
        List<long> closed = world.RoundsClosedAt;
        return (closed[^1] - closed[10]) / (double)(closed.Count - 11);
    }
}
