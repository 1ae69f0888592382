namespace DistTrain.Simulation.Tests;

public sealed class VirtualTimeTests
{
    [Fact]
    public void VirtualTime_DoesThingsInOrderOfTimeThenOfPlanning()
    {
        VirtualTime time = new();
        List<string> done = [];
        time.In(20, () => done.Add("c"));
        time.In(10, () => done.Add("a"));
        time.In(10, () => done.Add("b"));
        while (time.Step(long.MaxValue))
        {
        }

        Assert.Equal(["a", "b", "c"], done);
        Assert.Equal(20, time.Now);
    }

    [Fact]
    public void VirtualTime_StopsAtTheEnd()
    {
        VirtualTime time = new();
        time.In(20, () => { });
        Assert.False(time.Step(19));
        Assert.Equal(0, time.Now);
        Assert.True(time.Step(20));
    }
}
