namespace DistTrain.Simulation.Tests;

public sealed class CoreSharingTests
{
    private const double Millisecond = 1e-3;

    [Fact]
    public void EndOfLast_NoMoreThreadsThanCores_IsTheLongest()
    {
        Assert.Equal(5 * Millisecond, End(cores: 2, 5), 9);
        Assert.Equal(5 * Millisecond, End(cores: 2, 5, 3), 9);
        Assert.Equal(10 * Millisecond, End(cores: 4, 10, 10, 10), 9);
    }

    [Fact]
    public void EndOfLast_PassesShorterThanASlice_RunOneAfterTheOther()
    {
        // 2.2 and 2.2 side by side, then 1.4 alone; shared fairly they would end after 2.9.
        Assert.Equal(3.6 * Millisecond, End(cores: 2, 2.2, 2.2, 1.4), 9);
        Assert.Equal(4 * Millisecond, End(cores: 2, 2, 2, 2, 2), 9);
    }

    [Fact]
    public void EndOfLast_LongPasses_ShareTheCores()
    {
        // 120 of work on two cores; the last slices cannot be shared.
        double end = End(cores: 2, 40, 40, 40);

        Assert.InRange(end, 60 * Millisecond, 64.1 * Millisecond);
    }

    [Fact]
    public void EndOfLast_WhoIsLeftAlone_IsNotSlowedDown()
    {
        // 10 together take 12, the other 20 are alone.
        Assert.Equal(32 * Millisecond, CoreSharing.EndOfLast([0.03, 0.01], 1, 2, 1.2), 9);
        Assert.Equal(30 * Millisecond, CoreSharing.EndOfLast([0.03], 1, 2, 1.2), 9);
    }

    [Fact]
    public void EndOfLast_SeveralThreadsAWorker_WantACoreEach()
    {
        Assert.Equal(3 * Millisecond, CoreSharing.EndOfLast([0.003], 2, 2, 1), 9);
        Assert.Equal(6 * Millisecond, CoreSharing.EndOfLast([0.003, 0.003], 2, 2, 1), 9);
    }

    [Fact]
    public void Delay_AllCoresBusy_IsTheWorkOverAllCores()
    {
        Assert.Equal(2 * Millisecond, CoreSharing.Delay(4 * Millisecond, threads: 2, cores: 2), 9);
        Assert.Equal(2 * Millisecond, CoreSharing.Delay(4 * Millisecond, threads: 4, cores: 2), 9);
    }

    [Fact]
    public void Delay_AFreeCore_TakesItsPart()
    {
        // Three threads on two cores: each has two thirds, the work lasts 3 ms, the pass loses a third of them.
        Assert.Equal(1 * Millisecond, CoreSharing.Delay(4 * Millisecond, threads: 1, cores: 2), 9);
    }

    private static double End(int cores, params double[] milliseconds) =>
        CoreSharing.EndOfLast([.. milliseconds.Select(work => work * Millisecond)], 1, cores, slowdown: 1);
}
