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
