using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests;

public sealed class StepTimerTests
{
    [Fact]
    public void Take_SeveralWorkers_GivesTheOneThatComputedLongest()
    {
        var timer = new StepTimer();
        timer.AddComputed(new WorkerId(1), new ComputeParts(1, 20, 40, 2));
        timer.AddComputed(new WorkerId(2), new ComputeParts(5, 30, 50, 1));
        timer.AddComputed(new WorkerId(1), new ComputeParts(1, 20, 40, 2));

        StepTimes times = timer.Take();

        Assert.Equal((2, 40, 80, 4), (times.Gather, times.Forward, times.Backward, times.WorkerReduce));
        Assert.Equal(126, times.Compute);
    }

    [Fact]
    public void Take_Again_StartsFromNothing()
    {
        var timer = new StepTimer();
        timer.AddComputed(new WorkerId(1), new ComputeParts(1, 20, 40, 2));
        timer.AddReduce(Stopwatch.GetTimestamp() - Stopwatch.Frequency);
        timer.AddUpdate(Stopwatch.GetTimestamp() - (2 * Stopwatch.Frequency));

        StepTimes times = timer.Take();

        Assert.InRange(times.Reduce, 1_000_000, 60_000_000);
        Assert.InRange(times.Update, 2_000_000, 60_000_000);
        Assert.Equal(default, timer.Take());
    }
}
