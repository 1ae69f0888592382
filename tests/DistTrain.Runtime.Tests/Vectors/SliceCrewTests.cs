namespace DistTrain.Runtime.Tests.Vectors;

public sealed class SliceCrewTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(3, 1000)]
    public void SliceCrew_AnyNumberOfThreads_DoesEverySliceOnce(int threads, int slices)
    {
        using var crew = new SliceCrew(threads);
        for (int repetition = 0; repetition < 50; repetition++)
        {
            var job = new Counting(slices);
            crew.Run(job, slices);
            Assert.All(job.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void SliceCrew_ASliceThatFails_IsThrownOnAndTheCrewGoesOn()
    {
        using var crew = new SliceCrew(2);
        Assert.Contains(
            "slice 3 is bad", Assert.Throws<InvalidOperationException>(() => crew.Run(new Failing(), 8)).Message,
            StringComparison.Ordinal);
        var job = new Counting(8);
        crew.Run(job, 8);
        Assert.All(job.Counts, count => Assert.Equal(1, count));
    }

    /// <summary>The helper is left asleep: without the volunteer nobody would do what the caller's slice waits for.</summary>
    [Fact]
    public void SliceCrew_AThreadThatWaits_StandsInForAHelper()
    {
        using var crew = new SliceCrew(2);
        crew.Join();
        using var isOver = new ManualResetEventSlim();
        var volunteer = new Thread(() =>
        {
            while (!crew.TryHelp() && !isOver.IsSet)
            {
                Thread.Yield();
            }
        });
        volunteer.Start();
        using var job = new Meeting();

        crew.Run(job, 2);

        isOver.Set();
        volunteer.Join();
        Assert.Equal(2, job.Threads.Distinct().Count());
        Assert.Contains(volunteer.ManagedThreadId, job.Threads);
        Assert.False(crew.TryHelp());
        crew.Leave();
        var alone = new Counting(8);
        crew.Run(alone, 8);
        Assert.All(alone.Counts, count => Assert.Equal(1, count));
    }

    /// <summary>The volunteer never asks, so what a helper takes shows; each slice gives it the time to.</summary>
    [Fact]
    public void SliceCrew_AsManyThreadsWaitAsThereAreHelpers_WakesNoHelper()
    {
        using var crew = new SliceCrew(2);
        crew.Join();
        var job = new Yielding(slices: 10_000);

        crew.Run(job, job.Threads.Length);

        Assert.Equal([Environment.CurrentManagedThreadId], job.Threads.Distinct());
    }

    private sealed class Yielding(int slices) : ISliceJob
    {
        public int[] Threads { get; } = new int[slices];

        public void RunSlice(int slice)
        {
            Threads[slice] = Environment.CurrentManagedThreadId;
            Thread.Yield();
        }
    }

    /// <summary>Two slices that end only when both are under way.</summary>
    private sealed class Meeting : ISliceJob, IDisposable
    {
        private readonly Barrier _both = new(2);

        public int[] Threads { get; } = new int[2];

        public void RunSlice(int slice)
        {
            Threads[slice] = Environment.CurrentManagedThreadId;
            Assert.True(_both.SignalAndWait(TimeSpan.FromMinutes(1)), "nobody took the other slice");
        }

        public void Dispose() => _both.Dispose();
    }

    private sealed class Counting(int slices) : ISliceJob
    {
        public int[] Counts { get; } = new int[slices];

        public void RunSlice(int slice) => Interlocked.Increment(ref Counts[slice]);
    }

    private sealed class Failing : ISliceJob
    {
        public void RunSlice(int slice)
        {
            if (slice == 3)
            {
                throw new ArithmeticException("slice 3 is bad");
            }
        }
    }
}
