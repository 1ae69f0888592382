using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Calibration;

public sealed class PassShapeTests
{
    [Theory]
    [InlineData(8, 2, 20, new[] { 2, 5, 10, 20 })]
    [InlineData(8, 1, 10, new[] { 1, 2, 5, 10 })]
    [InlineData(1, 5, 20, new[] { 5, 10, 20 })]
    [InlineData(6, 3, 20, new[] { 3, 6, 13, 20 })]
    [InlineData(8, 20, 20, new[] { 20 })]
    public void Between_NodesThatWorkersMayHave_RiseInRows(int shards, int rowsMin, int rowsMax, int[] rows)
    {
        using var run = new TinyRun(training: $"\"batchSize\": 20, \"shards\": {shards}, \"epochs\": 1");
        LoadedRun loaded = run.Loaded;

        IReadOnlyList<PassShape> shapes = PassShape.Between(loaded, rowsMin, rowsMax);

        Assert.Equal(rows, shapes.Select(shape => shape.Rows(loaded)));
    }

    [Fact]
    public void Round_StepAfterStep_WalksThroughTheWholeBatchesOfAnEpoch()
    {
        using var run = new TinyRun();
        LoadedRun loaded = run.Loaded;
        var shape = new PassShape(8, new TreeNode(3, 0));

        Round[] rounds = [.. Enumerable.Range(0, 6).Select(step => shape.Round(loaded, step))];

        Assert.Equal([0, 20, 40, 60, 80, 0], rounds.Select(round => round.FirstRow));
        Assert.All(rounds, round => Assert.Equal(20, round.Rows));
    }
}
