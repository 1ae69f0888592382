using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(new double[] { 3 }, 3, 3, 3, 3)]
    [InlineData(new double[] { 6, 1, 2 }, 2, 1, 6, 3)]
    [InlineData(new double[] { 4, 1, 2, 8 }, 3, 1, 8, 3.75)]
    public void Of_Values_GivesMedianEndsAndMean(double[] values, double median, double min, double max, double mean) =>
        Assert.Equal(new Spread(median, min, max, mean), Spread.Of(values.AsEnumerable()));
}
