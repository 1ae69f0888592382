using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Aggregation;

public sealed class AggregatorTreeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Aggregator_ThatFailsAgainAndAgain_IsGivenUpAndItsWorkersJoinTheNodeAbove()
    {
        using var run = new TinyRun();
        var coordinator = new Refusing();
        var lines = new List<string>();
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var supervision = new Supervision
        {
            Say = line =>
            {
                lock (lines)
                {
                    lines.Add(line);
                    if (lines.Count(static one => one.Contains("is not started again", StringComparison.Ordinal)) == 2)
                    {
                        givenUp.TrySetResult();
                    }
                }
            },
            GiveUp = static _ => { },
            Over = new TaskCompletionSource().Task,
            Restarts = new Restarts { PauseFirst = TimeSpan.FromMilliseconds(1), FailuresMax = 3 },
        };

        // Two aggregators below the coordinator, and two workers below each.
        var tree = new AggregatorTree(FanInTree.For(4, 2), coordinator, run.Loaded, threadsPerWorker: 1, supervision);
        await using (tree)
        {
            await givenUp.Task.WaitAsync(Patience);
            Assert.All(Enumerable.Range(0, 4), worker => Assert.Same(coordinator, tree.AboveWorker(worker)));
            Assert.Equal(2 * supervision.Restarts.FailuresMax, lines.Count);
            Assert.Equal(2 * supervision.Restarts.FailuresMax, coordinator.Attempts);
        }
    }

    /// <summary>Whoever joins it fails.</summary>
    private sealed class Refusing : ICrewNode
    {
        private int _attempts;

        public int Attempts => _attempts;

        public ISpareWork? SpareWork => null;

        public WorkerId NextWorkerId() => new(Interlocked.Increment(ref _attempts));

        public bool TryPost(CoordinatorInput message) => false;

        public ValueTask<bool> PostAsync(CoordinatorInput message, CancellationToken cancellation) =>
            throw new LinkException("it wants nobody", isFinal: true);
    }
}
