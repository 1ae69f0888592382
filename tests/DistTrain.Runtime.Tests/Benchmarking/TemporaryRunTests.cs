using DistTrain.Runtime.Benchmarking;

namespace DistTrain.Runtime.Tests.Benchmarking;

public sealed class TemporaryRunTests
{
    [Fact]
    public async Task RunAsync_RunThatCannotStart_LeavesNoFolder()
    {
        string? seen = null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => TemporaryRun.RunAsync(
            folder =>
            {
                seen = folder;
                Assert.True(Directory.Exists(folder));
                throw new InvalidOperationException("no such run");
            },
            new TrainingObserver(), CancellationToken.None));

        Assert.False(Directory.Exists(seen));
    }
}
