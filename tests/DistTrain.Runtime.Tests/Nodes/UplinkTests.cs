using System.Net.Sockets;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Nodes;

public sealed class UplinkTests
{
    /// <summary>Nobody but the uplink learns of it; a node that is not told waits for ever.</summary>
    [Theory]
    [InlineData(typeof(SocketException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(TaskCanceledException))]
    public async Task Connect_ThatFailsInAnyWay_IsTold(Type failure)
    {
        var node = new Node();
        using var uplink = new Uplink(new Broken((Exception)Activator.CreateInstance(failure)!), node, node.Refusals.Add);

        await uplink.ConnectAsync(TimeSpan.Zero);

        Assert.Null(Assert.IsType<WorkerInput.Disconnected>(Assert.Single(node.Inputs)).Port);
        Assert.Empty(node.Refusals);
    }

    [Fact]
    public async Task Connect_OfANodeThatEnds_SaysNothing()
    {
        var node = new Node();
        var uplink = new Uplink(new Broken(new InvalidOperationException()), node, node.Refusals.Add);
        uplink.Dispose();

        await uplink.ConnectAsync(TimeSpan.FromHours(1));

        Assert.Empty(node.Inputs);
        Assert.Empty(node.Refusals);
    }

    private sealed class Broken(Exception failure) : IConnector
    {
        public Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation) =>
            Task.FromException<ICoordinatorPort>(failure);
    }

    private sealed class Node : IMailbox<WorkerInput>
    {
        public List<WorkerInput> Inputs { get; } = [];

        public List<string> Refusals { get; } = [];

        public bool TryPost(WorkerInput message)
        {
            Inputs.Add(message);
            return true;
        }

        public ValueTask<bool> PostAsync(WorkerInput message, CancellationToken cancellation) => new(TryPost(message));
    }
}
