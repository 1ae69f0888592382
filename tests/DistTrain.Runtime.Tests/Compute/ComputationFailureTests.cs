using System.Collections.Concurrent;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Compute;

/// <summary>Computations that fail for a reason that is not in their numbers.</summary>
public sealed class ComputationFailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Round First = new(new RoundNumber(1), RoundKind.Train, new WeightVersion(0), 0, 0, 20, 8);

    /// <summary>It is no divergence: neither the learning rate nor any row of the data is to blame.</summary>
    [Theory]
    [InlineData(
        true, "w ran out of memory computing 10 rows of step 1: use a smaller training.batchSize or model, fewer workers or "
        + "threads, or a machine with more memory")]
    [InlineData(false, "w failed computing 10 rows of step 1: out of luck (a defect of DistTrain)")]
    public async Task Worker_WhoseComputationFails_EndsAndSaysWhy(bool isMemory, string expected)
    {
        using var tiny = new TinyRun();
        LoadedRun run = tiny.Loaded;
        using BlockingCollection<ComputedNode> answers = [];
        using var computer = new NodeComputer(run, 2, bucket => bucket.Sums.Release(), answers.Add);
        computer.Sums = new Port(isMemory ? new InsufficientMemoryException() : new InvalidOperationException("out of luck"));
        using var pool = new WeightBufferPool(run.Network.Parameters.Length);
        computer.Start(First, new TreeNode(2, 0), pool.Rent(new WeightVersion(0)));
        Assert.True(answers.TryTake(out ComputedNode? node, Patience));
        Assert.Null(node.Defect);

        var worker = new WorkerActor("w", 1, new ProtocolTimes(), new Nowhere(), new Nowhere());
        worker.Join();
        Assert.True(worker.TryPost(new WorkerInput.Computed(node)));

        RunEnd end = await worker.End.WaitAsync(Patience);
        await worker.Completion.WaitAsync(Patience);
        Assert.Equal(new RunEnd(RunEndKind.Failed, expected), end);
        Assert.Equal(isMemory, worker.RanOutOfMemory);
    }

    private sealed class Port(Exception failure) : ICoordinatorPort
    {
        public SumBuffer? TryRentSums() => throw failure;

        public void Start()
        {
        }

        public void Send(WorkerMessage message)
        {
        }

        public void SendPartial(WorkerMessage.PartialSum header, SumView sums)
        {
        }

        public void ExpectWeights(BucketPlan buckets)
        {
        }

        public void Close(string reason)
        {
        }
    }

    private sealed class Nowhere : IConnector, IRunSource
    {
        public Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation) =>
            new TaskCompletionSource<ICoordinatorPort>().Task;

        public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
