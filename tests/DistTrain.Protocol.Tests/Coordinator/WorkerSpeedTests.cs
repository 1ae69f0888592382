namespace DistTrain.Protocol.Tests;

public sealed class WorkerSpeedTests
{
    [Fact]
    public void WorkerSpeed_FirstMeasure_IsTaken()
    {
        WorkerSpeed speed = new();
        speed.Measure(4, computeSeconds: 0.2, wallSeconds: 0.3);
        Assert.Equal(20, speed.ShardsPerSecond!.Value, 9);
        Assert.Equal(0.1, speed.OverheadSeconds, 9);
    }

    [Fact]
    public void WorkerSpeed_OfAWorkerSlowedToHalf_IsFollowedWithinAFewRounds()
    {
        WorkerSpeed speed = new();
        speed.Measure(4, 0.2, 0.2);
        for (int round = 0; round < 6; round++)
        {
            speed.Measure(4, 0.4, 0.4);
        }

        Assert.InRange(speed.ShardsPerSecond!.Value, 10, 10.5);
    }

    [Fact]
    public void WorkerSpeed_AClaimBeyondTheClock_IsNotBelieved()
    {
        WorkerSpeed speed = new();
        speed.Measure(4, computeSeconds: 100, wallSeconds: 0.4);
        Assert.Equal(10, speed.ShardsPerSecond!.Value, 9);
    }

    [Fact]
    public void WorkerSpeed_OfAWorkerThatWasHelpedOutFromTheFirstRoundOn_IsBoundedByTheClock()
    {
        WorkerSpeed speed = new();
        speed.MeasureAtMost(4, 0.1);
        Assert.Equal(40, speed.ShardsPerSecond!.Value, 9);
        speed.MeasureAtMost(4, 0.05);
        Assert.Equal(40, speed.ShardsPerSecond!.Value, 9);
        speed.MeasureAtMost(2, 0.1);
        Assert.InRange(speed.ShardsPerSecond!.Value, 20, 40);
    }

    [Fact]
    public void WorkerSpeed_OfAWorkerThatSatIdle_RisesToTheTypical()
    {
        WorkerSpeed speed = new();
        speed.Measure(1, 10, 10);
        for (int round = 0; round < 100; round++)
        {
            speed.SatIdle(5);
        }

        Assert.Equal(5, speed.ShardsPerSecond!.Value, 9);
    }
}
