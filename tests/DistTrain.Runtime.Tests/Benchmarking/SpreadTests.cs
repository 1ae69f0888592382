using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(new double[] { 3 }, 3, 3, 3)]
    [InlineData(new double[] { 5, 1, 2 }, 2, 1, 5)]
    [InlineData(new double[] { 4, 1, 2, 8 }, 3, 1, 8)]
    public void Of_Values_GivesMedianAndEnds(double[] values, double median, double min, double max) =>
        Assert.Equal(new Spread(median, min, max), Spread.Of(values.AsEnumerable()));
}
