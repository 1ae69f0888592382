namespace DistTrain.Runtime.Tests.Compute;

public sealed class LaneTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_ReturnsWhenEachLaneHasWorkedOnce(int lanes)
    {
        int[] runs = new int[lanes];
        var threads = new Thread[lanes];
        using var team = new LaneTeam(
            lanes,
            lane =>
            {
                threads[lane] = Thread.CurrentThread;
                runs[lane]++;
            },
            () => null);
        for (int times = 1; times <= 100; times++)
        {
            team.Run();
            Assert.All(runs, run => Assert.Equal(times, run));
        }

        Assert.Same(Thread.CurrentThread, threads[0]);
        Assert.Equal(lanes, threads.Distinct().Count());
        Assert.All(threads.Skip(1), (thread, index) => Assert.Equal($"compute {index + 1}", thread.Name));
    }

    [Fact]
    public void Dispose_EndsTheThreads()
    {
        var threads = new Thread[3];
        using (var team = new LaneTeam(threads.Length, lane => threads[lane] = Thread.CurrentThread, () => null))
        {
            team.Run();
        }

        Assert.All(threads.Skip(1), thread => Assert.False(thread.IsAlive));
    }
}
