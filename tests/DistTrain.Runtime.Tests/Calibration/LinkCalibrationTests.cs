using System.Net.Sockets;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Calibration;

/// <summary>Links of this machine that do not hold while they are timed.</summary>
public sealed class LinkCalibrationTests
{
    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private delegate Task<ICoordinatorPort> Join(LinkDialer dialer, IMailbox<WorkerInput> worker);

    [Fact]
    public async Task Measure_AWorkersLinkThatBreaks_SaysWhy() =>
        Assert.Equal(Sentence("the connection was reset"), await RefusalAsync(static async (dialer, worker) =>
        {
            ICoordinatorPort port = await new TcpConnector(dialer).ConnectAsync(worker, default);
            worker.TryPost(new WorkerInput.Disconnected(port, "the connection was reset"));
            return port;
        }));

    [Fact]
    public async Task Measure_ACoordinatorsLinkThatBringsGarbage_SaysWhy()
    {
        string refusal = await RefusalAsync(static async (dialer, worker) =>
        {
            (NetworkStream control, NetworkStream tensors) = await DialAsync(dialer);
            await control.WriteAsync(new byte[FrameHeader.Bytes]);
            return new TcpCoordinatorPort(control, tensors, worker);
        });

        Assert.StartsWith(
            "this machine's own links could not be measured: sent what cannot be read: a frame starts with ", refusal,
            StringComparison.Ordinal);
        Assert.EndsWith("; run it again, or when less else runs", refusal, StringComparison.Ordinal);
    }

    /// <summary>Only the coordinator hears of it.</summary>
    [Fact]
    public async Task Measure_ACoordinatorsLinkThatEnds_SaysWhy() =>
        Assert.Equal(
            Sentence("the connection was closed by the other side"),
            await RefusalAsync(static async (dialer, worker) =>
            {
                (NetworkStream control, NetworkStream tensors) = await DialAsync(dialer);
                control.Socket.Shutdown(SocketShutdown.Send);
                tensors.Socket.Shutdown(SocketShutdown.Send);
                return new Unread(new TcpCoordinatorPort(control, tensors, worker));
            }));

    [Fact]
    public async Task Measure_LinksThatDoNotComeAbout_SaysWhy()
    {
        const string Why = "127.0.0.1:7 does not answer within 10 s";
        Assert.Equal(Sentence(Why), await RefusalAsync(static (_, _) => throw new LinkException(Why, isFinal: false)));
    }

    [Fact]
    public async Task Measure_LinksThatBringNothing_SaysForHowLong() =>
        Assert.Equal(Sentence("nothing came for 0.03 s"), await RefusalAsync(
            static async (dialer, worker) => new Unread(await new TcpConnector(dialer).ConnectAsync(worker, default)),
            TimeSpan.FromMilliseconds(30)));

    private static async Task<(NetworkStream Control, NetworkStream Tensors)> DialAsync(LinkDialer dialer)
    {
        LinkSession session = LinkSession.New();
        Stream control = await dialer.DialAsync(LinkRole.Control, session, default);
        return ((NetworkStream)control, (NetworkStream)await dialer.DialAsync(LinkRole.Tensor, session, default));
    }

    private static string Sentence(string why) =>
        $"this machine's own links could not be measured: {why}; run it again, or when less else runs";

    private static async Task<string> RefusalAsync(Join join, TimeSpan? patience = null)
    {
        using var tiny = new TinyRun();
        Task<LinkFigures> measuring = LinkCalibration.MeasureAsync(
            tiny.Loaded, dialer => new Connector(dialer, join), patience ?? 2 * Patience);
        return (await Assert.ThrowsAsync<IOException>(() => measuring.WaitAsync(Patience))).Message;
    }

    private sealed class Connector(LinkDialer dialer, Join join) : IConnector
    {
        public Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation) =>
            join(dialer, worker);
    }

    /// <summary>A worker's end that never begins to read.</summary>
    private sealed class Unread(ICoordinatorPort inner) : ICoordinatorPort
    {
        public void Start()
        {
        }

        public void Send(WorkerMessage message) => inner.Send(message);

        public void SendPartial(WorkerMessage.PartialSum header, SumView sums) => inner.SendPartial(header, sums);

        public void ExpectWeights(BucketPlan buckets) => inner.ExpectWeights(buckets);

        public void Close(string reason) => inner.Close(reason);
    }
}
