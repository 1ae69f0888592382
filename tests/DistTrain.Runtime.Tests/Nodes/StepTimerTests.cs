using System.Diagnostics;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests;

public sealed class StepTimerTests
{
    private static readonly WorkerId First = new(1);
    private static readonly WorkerId Second = new(2);

    [Fact]
    public void Take_SeveralWorkers_GivesTheOneWhoseLastSumCameLast()
    {
        var timer = new StepTimer();
        timer.AddAssignment(First, new RoundNumber(7), At(0));
        timer.AddAssignment(Second, new RoundNumber(7), At(10));
        timer.AddSum(First, Sum(7, 70, new ComputeParts(1, 20, 40, 2)), At(80));
        timer.AddSum(Second, Sum(7, 100, new ComputeParts(5, 30, 50, 1)), At(130));
        timer.AddSum(First, Sum(7, 65, new ComputeParts(1, 20, 40, 2)), At(150));

        StepTimes times = timer.Take();

        Assert.Equal((2, 40, 80, 4), (times.Gather, times.Forward, times.Backward, times.WorkerReduce));
        Assert.Equal(126, times.Compute);
        Assert.Equal(15, times.Send);
    }

    [Fact]
    public void Take_SecondAssignmentOfTheRound_CountsFromTheFirst()
    {
        var timer = new StepTimer();
        timer.AddAssignment(First, new RoundNumber(7), At(0));
        timer.AddAssignment(First, new RoundNumber(7), At(40));
        timer.AddSum(First, Sum(7, 70, default), At(80));

        Assert.Equal(10, timer.Take().Send);
    }

    [Fact]
    public void Take_SumsOfAnotherRoundOrOfNoAssignment_DoNotCount()
    {
        var timer = new StepTimer();
        timer.AddAssignment(First, new RoundNumber(7), At(0));
        timer.AddSum(First, Sum(7, 70, new ComputeParts(0, 70, 0, 0)), At(80));
        timer.AddSum(First, Sum(6, 70, new ComputeParts(0, 70, 0, 0)), At(90));
        timer.AddSum(Second, Sum(7, 70, new ComputeParts(0, 70, 0, 0)), At(95));

        StepTimes times = timer.Take();

        Assert.Equal((70, 10), (times.Compute, times.Send));
    }

    [Fact]
    public void Take_WorkBeforeTheAssignmentAndAfterTheLastSum_IsNotHidden()
    {
        var timer = new StepTimer();
        timer.AddBroadcast(Ago(4));
        timer.AddAssignment(First, new RoundNumber(7), At(0));
        timer.AddReduce(Ago(16));
        timer.AddUpdate(Ago(32));
        timer.AddBroadcast(Ago(64));
        timer.AddSum(First, Sum(7, 70, default), At(80));
        timer.AddUpdate(Ago(128));

        StepTimes times = timer.Take();

        Assert.InRange(times.Hidden, (16 + 32 + 64) * 1_000_000L, ((16 + 32 + 64) * 1_000_000L) + 3_000_000);
        Assert.InRange(times.Broadcast, 68_000_000, 71_000_000);
    }

    [Fact]
    public void Take_BetweenInputs_TheCoordinatorWaits()
    {
        var timer = new StepTimer();
        timer.Enter(At(100));
        timer.Leave(At(130));
        timer.Enter(At(150));
        timer.Leave(At(160));
        timer.Enter(At(165));

        Assert.Equal(25, timer.Take().Wait);
    }

    [Fact]
    public void Take_Again_StartsFromNothing()
    {
        var timer = new StepTimer();
        timer.AddAssignment(First, new RoundNumber(7), At(0));
        timer.AddReduce(Ago(1));
        timer.AddUpdate(Ago(2));
        timer.AddSum(First, Sum(7, 70, new ComputeParts(1, 20, 40, 2)), At(80));

        StepTimes times = timer.Take();

        Assert.InRange(times.Reduce, 1_000_000, 60_000_000);
        Assert.InRange(times.Update, 2_000_000, 60_000_000);
        Assert.Equal(default, timer.Take());
    }

    private static WorkerMessage.PartialSum Sum(long round, long computeMicroseconds, ComputeParts parts) =>
        new(new Term(1), new RoundNumber(round), 0, TreeNode.Leaf(0), computeMicroseconds) { Parts = parts };

    /// <param name="microseconds">After some moment.</param>
    private static long At(long microseconds) => Stopwatch.Frequency + (microseconds * Stopwatch.Frequency / 1_000_000);

    private static long Ago(int seconds) => Stopwatch.GetTimestamp() - (seconds * Stopwatch.Frequency);
}
