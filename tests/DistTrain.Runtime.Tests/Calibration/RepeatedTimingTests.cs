namespace DistTrain.Runtime.Tests.Calibration;

public sealed class RepeatedTimingTests
{
    /// <remarks>The clock stands still, so that as many are taken as there may be; the first does not count.</remarks>
    [Theory]
    [InlineData(2, 1, new[] { 2.0 })]
    [InlineData(3, 3, new[] { 1.0, 3.0, 3.0 })]
    [InlineData(2, 2, new[] { 1.0, 2.0, 2.0, 2.0, 1.0 })]
    [InlineData(1, 1, new[] { 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 90.0 })]
    public void Of_IsTheMedianAndHowFarTheQuartilesLieApart(double median, double spread, double[] milliseconds)
    {
        int at = -1;

        RepeatedTiming timing = RepeatedTiming.Of(() => milliseconds[Math.Max(0, at++) % milliseconds.Length] / 1000, new HandClock());

        Assert.Equal((median / 1000, spread), (timing.Median, timing.Spread));
    }

    [Fact]
    public void Of_WhatIsSlow_IsMeasuredOnceMore()
    {
        var seconds = new Queue<double>([0.3, 0.4]);

        Assert.Equal(new RepeatedTiming(0.4, 1), RepeatedTiming.Of(seconds.Dequeue, new HandClock()));
    }

    [Fact]
    public void Of_WhatTakesLongTogether_IsMeasuredFiveTimes()
    {
        var clock = new HandClock();
        int times = 0;

        RepeatedTiming.Of(
            () =>
            {
                times++;
                clock.Spend(0.1);
                return 0.1;
            },
            clock);

        Assert.Equal(6, times);
    }
}
