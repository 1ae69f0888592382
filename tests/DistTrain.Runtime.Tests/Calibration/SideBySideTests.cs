namespace DistTrain.Runtime.Tests.Calibration;

public sealed class SideBySideTests
{
    [Fact]
    public void Slowdown_DisturbedTurns_DoNotCount()
    {
        var together = new Queue<double>([9.0, 2.4, 2.2, 2.4, 2.4, 8.0, 2.4]);

        Assert.Equal(1.2, SideBySide.Slowdown(() => 2.0, together.Dequeue, new HandClock()), 12);
        Assert.Empty(together);
    }

    [Fact]
    public void Slowdown_MachineThatChangesItsSpeed_ChangesBoth()
    {
        double speed = 1;

        double slowdown = SideBySide.Slowdown(() => speed *= 1.5, () => speed * 1.1, new HandClock());

        Assert.Equal(1.1, slowdown, 12);
    }

    [Fact]
    public void Slowdown_FasterTogether_IsNone() =>
        Assert.Equal(1, SideBySide.Slowdown(() => 2.0, () => 1.9, new HandClock()));

    [Fact]
    public void Slowdown_SlowPasses_TakeFewTurns()
    {
        var clock = new HandClock();
        int turns = 0;

        SideBySide.Slowdown(() => 1.0, () =>
        {
            turns++;
            clock.Spend(2);
            return 1.0;
        }, clock);

        Assert.Equal(3, turns);
    }
}
