using System.Collections.Concurrent;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Nodes;

/// <summary>A worker's shell between a connection and its compute lanes.</summary>
public sealed class WorkerCoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Term Term = new(1);
    private static readonly Round First = new(new RoundNumber(1), RoundKind.Train, new WeightVersion(0), 0, 0, 20, 8);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Core_ARoundThatEndsBeforeItsWeightsCame_ReleasesTheLane(bool isCutOff)
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        using var host = new Host();
        using var core = new WorkerCore(new WorkerProtocol("w", 1, new ProtocolTimes()), new NoSource(), host);
        var port = new Port();
        core.Handle(new WorkerInput.Connected(port));
        core.Handle(new WorkerInput.Arrived(port, new CoordinatorMessage.Welcome(
            new WorkerId(1), Term, "{}", run.RunHash, run.Data.ContentHash, "")));
        core.Handle(new WorkerInput.Loaded(run));
        core.Handle(new WorkerInput.Arrived(port, new CoordinatorMessage.Assign(Term, First, [new ShardRange(0, 8)])));
        core.Handle(isCutOff
            ? new WorkerInput.Disconnected(port, "reset")
            : new WorkerInput.Arrived(port, new CoordinatorMessage.Cancel(Term, First.Number)));
        Assert.True(host.Posted.TryTake(out WorkerInput? answer, Patience));
        ComputedNode node = Assert.IsType<WorkerInput.Computed>(answer).Node;
        Assert.Equal((First, new TreeNode(3, 0)), (node.Round, node.Node));
        Assert.Null(node.Sums);
        Assert.Null(node.Defect);
        core.Handle(answer);
        Assert.Empty(port.Sums);
    }

    /// <summary>Its other end would take a worker that has ended for one that says nothing.</summary>
    [Fact]
    public void Discard_AConnectionThatComesTooLate_EndsIt()
    {
        var port = new Port();
        WorkerCore.Discard(new WorkerInput.Connected(port));
        Assert.True(port.IsClosed);
    }

    private sealed class Host : IWorkerHost, IDisposable
    {
        public BlockingCollection<WorkerInput> Posted { get; } = [];

        public void Post(WorkerInput input) => Posted.Add(input);

        public void Reconnect(TimeSpan after, string reason)
        {
        }

        public void Finish(RunEnd end)
        {
        }

        public void Dispose() => Posted.Dispose();
    }

    private sealed class Port : ICoordinatorPort
    {
        public List<WorkerMessage.PartialSum> Sums { get; } = [];

        public void Start()
        {
        }

        public void Send(WorkerMessage message)
        {
        }

        public void SendPartial(WorkerMessage.PartialSum header, SumView sums) => Sums.Add(header);

        public void ExpectWeights(BucketPlan buckets)
        {
        }

        public bool IsClosed { get; private set; }

        public void Close(string reason) => IsClosed = true;
    }

    private sealed class NoSource : IRunSource
    {
        public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
            new TaskCompletionSource<LoadedRun>().Task;
    }
}
