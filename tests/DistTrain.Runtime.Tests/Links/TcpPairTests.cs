using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;
using DistTrain.Runtime.Security;
using DistTrain.Runtime.Tests.Security;

namespace DistTrain.Runtime.Tests.Links;

/// <summary>A connection whose other end is a script: streams of this process, or sockets where their ends matter.</summary>
public sealed class TcpPairTests
{
    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly WorkerId Worker = new(4);

    private const int LastWordsFloats = 64 << 10;

    /// <summary>
    /// The coordinator is busy with a first message; behind it others lie in shared memory when the sockets end. All are
    /// taken before the connection counts as over, whether it ended in good order or broke.
    /// </summary>
    [SkippableTheory]
    [InlineData(null, "the connection was closed by the other side")]
    [InlineData("broken pipe.", "broken pipe")]
    public async Task Pipe_WhenTheSocketsEnd_IsReadToItsEndFirst(string? failure, string expected)
    {
        using var sums = new SumBufferPool(8);
        using var metrics = new SumBufferPool(MetricSums.Count);
        var mailbox = new Mailbox<CoordinatorInput>();
        var control = new ScriptedStream();
        var tensors = new ScriptedStream();
        TcpWorkerPort port = Port(mailbox, control, tensors, sums, metrics, LinkKind.Auto);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());
        using SharedRegion? region = SharedPipes.TryOpenRegion(SharedPlace.Read(await tensors.NextPayloadAsync()));
        Skip.If(region is null, "shared memory is a Linux matter");
        await tensors.SayAsync(FrameKind.ShareAnswer, [], [1]);
        await control.SayAsync(FrameKind.PipeBegin, [], []);
        var pipe = new SharedPipe(region, TcpWorkerPort.SlotUp);

        mailbox.Hold();
        Write(pipe, term: 1);
        await mailbox.Held.WaitAsync(Patience);
        Write(pipe, term: 2);
        Write(pipe, term: 3);
        await control.EndAsync(failure);
        await tensors.EndAsync(failure);
        mailbox.LetGo();

        for (int term = 1; term <= 3; term++)
        {
            Assert.Equal(
                new CoordinatorInput.Arrived(Worker, new WorkerMessage.Leaving(new Term(term), "")), await mailbox.NextAsync());
        }

        Assert.Equal(new CoordinatorInput.Disconnected(Worker, expected), await mailbox.NextAsync());
        await port.Ended.WaitAsync(Patience);
    }

    /// <summary>The coordinator has the answer, and begins to send through shared memory, before the worker goes on.</summary>
    [SkippableFact]
    public async Task PipeBegin_BeforeTheWorkerHasSentItsAnswerToTheEnd_IsTaken()
    {
        using SharedRegion? region = SharedPipes.TryCreateRegion();
        Skip.If(region is null, "shared memory is a Linux matter");
        var mailbox = new Mailbox<WorkerInput>();
        var control = new ScriptedStream();
        var tensors = new ScriptedStream { Wrote = () => control.SayAsync(FrameKind.PipeBegin, [], []) };
        var port = new TcpCoordinatorPort(control, tensors, mailbox);
        port.Start();

        await tensors.SayAsync(FrameKind.ShareOffer, [], region.PlaceOf(TcpWorkerPort.SlotUp).ToBytes());
        Assert.Equal([1], await tensors.NextPayloadAsync());
        var heartbeat = new CoordinatorMessage.Heartbeat(new Term(1), new RoundNumber(2));
        var message = new ArrayBufferWriter<byte>();
        MessageCodec.Write(message, heartbeat);
        Write(new SharedPipe(region, TcpWorkerPort.SlotDown), message);

        Assert.Equal(new WorkerInput.Arrived(port, heartbeat), await mailbox.NextAsync());
        port.Close();
        await port.Ended.WaitAsync(Patience);
    }

    /// <summary>Who must share memory and cannot takes part in nothing, however early it spoke.</summary>
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(null)]
    public async Task Worker_ThatMustShare_IsHeardOnceItHasAnswered(int? answer)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "shared memory is a Linux matter");
        using var sums = new SumBufferPool(8);
        using var metrics = new SumBufferPool(MetricSums.Count);
        var mailbox = new Mailbox<CoordinatorInput>();
        var control = new ScriptedStream();
        var tensors = new ScriptedStream();
        TcpWorkerPort port = Port(mailbox, control, tensors, sums, metrics, LinkKind.Shared);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());
        Assert.Equal(FrameKind.ShareOffer, await tensors.NextKindAsync());
        var message = new ArrayBufferWriter<byte>();
        MessageCodec.Write(message, new WorkerMessage.Leaving(new Term(1), ""));

        await control.SayAsync(FrameKind.Control, message.WrittenSpan.ToArray(), []);
        await (answer is { } said ? tensors.SayAsync(FrameKind.ShareAnswer, [], [(byte)said]) : tensors.EndAsync("broken pipe."));

        CoordinatorInput next = await mailbox.NextAsync();
        Assert.Equal(
            answer switch
            {
                1 => new CoordinatorInput.Arrived(Worker, new WorkerMessage.Leaving(new Term(1), "")),
                0 => new CoordinatorInput.Disconnected(
                    Worker, "it cannot open this process's shared memory, and --link shared allows nothing else"),
                _ => new CoordinatorInput.Disconnected(Worker, "broken pipe"),
            },
            next);
        await control.EndAsync(null);
        await (answer is null ? Task.CompletedTask : tensors.EndAsync(null));
        port.Close();
        await port.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task PipeBegin_FromAWorkerThatWasOfferedNone_IsRefusedInOneSentence()
    {
        using var sums = new SumBufferPool(8);
        using var metrics = new SumBufferPool(MetricSums.Count);
        var mailbox = new Mailbox<CoordinatorInput>();
        var control = new ScriptedStream();
        TcpWorkerPort port = Port(mailbox, control, new ScriptedStream(), sums, metrics, LinkKind.Tcp);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());

        await control.SayAsync(FrameKind.PipeBegin, [], []);

        Assert.Equal(
            new CoordinatorInput.Violated(
                Worker, "sent what cannot be read: messages through shared memory were announced that was not offered"),
            await mailbox.NextAsync());
        port.Close();
        await port.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task PipeBegin_FromACoordinatorThatOfferedNone_EndsTheConnectionWithOneSentence()
    {
        var mailbox = new Mailbox<WorkerInput>();
        var control = new ScriptedStream();
        var port = new TcpCoordinatorPort(control, new ScriptedStream(), mailbox);
        port.Start();

        await control.SayAsync(FrameKind.PipeBegin, [], []);

        Assert.Equal(
            new WorkerInput.Disconnected(
                port, "the coordinator sent what cannot be read: messages through shared memory were announced that was not offered"),
            await mailbox.NextAsync());
        await port.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task ShareAnswer_FromAWorkerThatWasOfferedNone_IsRefusedInOneSentence()
    {
        using var sums = new SumBufferPool(8);
        using var metrics = new SumBufferPool(MetricSums.Count);
        var mailbox = new Mailbox<CoordinatorInput>();
        var tensors = new ScriptedStream();
        TcpWorkerPort port = Port(mailbox, new ScriptedStream(), tensors, sums, metrics, LinkKind.Tcp);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());

        await tensors.SayAsync(FrameKind.ShareAnswer, [], [1]);

        Assert.Equal(
            new CoordinatorInput.Violated(Worker, "sent what cannot be read: shared memory was accepted that was not offered"),
            await mailbox.NextAsync());
        port.Close();
        await port.Ended.WaitAsync(Patience);
    }

    /// <summary>
    /// A worker of another user, who may open the coordinator's memory, and whose own the coordinator may not open. It was
    /// refused again and again; now it comes again and sends its sums over TCP.
    /// </summary>
    [SkippableFact]
    public async Task SharedSum_ThatCannotBeOpened_EndsTheConnectionAndTheOffers()
    {
        using var sums = new SumBufferPool(4 + MetricSums.Count);
        using var metrics = new SumBufferPool(MetricSums.Count);
        using var weights = new WeightBuffer(static _ => { }, new AlignedBuffer(4));
        weights.MarkRented(new WeightVersion(5));
        var offers = new SharingOffers();
        var mailbox = new Mailbox<CoordinatorInput>();
        var control = new ScriptedStream();
        var tensors = new ScriptedStream();
        TcpWorkerPort port = Port(mailbox, control, tensors, sums, metrics, LinkKind.Auto, offers: offers);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());
        SharedPlace offered = SharedPlace.Read(await tensors.NextPayloadAsync());
        using SharedRegion? region = SharedPipes.TryOpenRegion(offered);
        Skip.If(region is null, "shared memory is a Linux matter");
        await tensors.SayAsync(FrameKind.ShareAnswer, [], [1]);
        await control.SayAsync(FrameKind.PipeBegin, [], []);

        var header = new ArrayBufferWriter<byte>();
        MessageCodec.Write(
            header, new WorkerMessage.PartialSum(new Term(1), new RoundNumber(1), 0, TreeNode.Leaf(0), 1));
        byte[] frame = ScriptedStream.Frame(
            FrameKind.SharedTensor, header.WrittenSpan, (offered with { Nonce = 0 }).ToBytes());
        Assert.Equal(frame.Length, new SharedPipe(region, TcpWorkerPort.SlotUp).TryWrite(frame));

        Assert.Equal(
            new CoordinatorInput.Disconnected(
                Worker, "the other side's shared memory cannot be opened here, as that of another user"),
            await mailbox.NextAsync());
        await control.EndAsync(null);
        await tensors.EndAsync(null);
        await port.Ended.WaitAsync(Patience);

        var later = new ScriptedStream();
        TcpWorkerPort again = Port(mailbox, new ScriptedStream(), later, sums, metrics, LinkKind.Auto, offers: offers);
        await again.StartAsync();
        again.SendWeights(new CoordinatorMessage.Weights(new Term(1), new WeightVersion(5), 0), weights, 0, 4);
        Assert.Equal(FrameKind.Tensor, await later.NextKindAsync());
        again.Close();
    }

    /// <summary>A worker that is not read any more must not seem connected until its silence is noticed.</summary>
    [Fact]
    public async Task PartialSum_ThatNoVectorIsLeftFor_EndsTheConnection()
    {
        using var sums = new SumBufferPool(4 + MetricSums.Count, buffersMax: 1);
        using var metrics = new SumBufferPool(MetricSums.Count);
        SumBuffer last = sums.Rent();
        var mailbox = new Mailbox<CoordinatorInput>();
        var tensors = new ScriptedStream();
        TcpWorkerPort port = Port(mailbox, new ScriptedStream(), tensors, sums, metrics, LinkKind.Tcp);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());

        var header = new ArrayBufferWriter<byte>();
        MessageCodec.Write(
            header, new WorkerMessage.PartialSum(new Term(1), new RoundNumber(1), 0, TreeNode.Leaf(0), 1));
        await tensors.SayAsync(FrameKind.Tensor, header.WrittenSpan.ToArray(), new byte[sums.Length * sizeof(float)]);

        CoordinatorInput.Disconnected lost = Assert.IsType<CoordinatorInput.Disconnected>(await mailbox.NextAsync());
        Assert.Contains("sum vectors", lost.Reason, StringComparison.Ordinal);
        await port.Ended.WaitAsync(Patience);
        last.Release();
    }

    /// <summary>
    /// The tensor link has ended, the control link not yet, and a compute thread asks for a vector: memory that is taken now
    /// would stay taken for as long as the process lives.
    /// </summary>
    [SkippableFact]
    public async Task RentSums_AfterTheTensorLinkEnded_TakesNoMemory()
    {
        using SharedRegion? region = SharedPipes.TryCreateRegion();
        Skip.If(region is null, "shared memory is a Linux matter");
        var mailbox = new Mailbox<WorkerInput>();
        var control = new ScriptedStream();
        var tensors = new ScriptedStream();
        var port = new TcpCoordinatorPort(control, tensors, mailbox);
        port.Start();
        port.ExpectWeights(new BucketPlan(4, 1));
        await tensors.SayAsync(FrameKind.ShareOffer, [], region.PlaceOf(TcpWorkerPort.SlotUp).ToBytes());
        Assert.Equal([1], await tensors.NextPayloadAsync());
        SumBuffer? before = port.TryRentSums();
        Assert.NotNull(before);
        before.Release();

        await tensors.EndAsync(null);

        Assert.Null(port.TryRentSums());
        port.Close();
        await port.Ended.WaitAsync(Patience);
    }

    /// <summary>
    /// The coordinator ends the connection while most of its last words wait for room at a worker that reads slowly and goes
    /// on sending. Closed at once, the socket would answer that with a reset, and the rest would be lost.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_AWorkerThatIsSlowAndStillSends_GetsTheLastWordsToTheEnd(bool isEncrypted)
    {
        using var sums = new SumBufferPool(8);
        using var metrics = new SumBufferPool(MetricSums.Count);
        using var weights = new WeightBuffer(static _ => { }, new AlignedBuffer(LastWordsFloats));
        weights.MarkRented(new WeightVersion(5));
        var mailbox = new Mailbox<CoordinatorInput>();
        (Stream control, Stream farControl) = await SocketsAsync(isEncrypted);
        (Stream tensors, Stream farTensors) = await SocketsAsync(isEncrypted);
        TcpWorkerPort port = Port(mailbox, control, tensors, sums, metrics, LinkKind.Tcp);
        await port.StartAsync();
        Assert.IsType<CoordinatorInput.Connected>(await mailbox.NextAsync());

        port.SendWeights(
            new CoordinatorMessage.Weights(new Term(1), new WeightVersion(5), 0), weights, 0, LastWordsFloats);
        port.Close();

        byte[] answer = ScriptedStream.Frame(FrameKind.ShareAnswer, [], [0]);
        byte[] piece = new byte[4096];
        int bytes = 0;
        for (int count; (count = await farTensors.ReadAsync(piece).AsTask().WaitAsync(Patience)) > 0; bytes += count)
        {
            await farTensors.WriteAsync(answer);
        }

        Assert.InRange(bytes, LastWordsFloats * sizeof(float), (LastWordsFloats * sizeof(float)) + 200);
        Assert.Equal(0, await farControl.ReadAsync(piece).AsTask().WaitAsync(Patience));
        await farTensors.DisposeAsync();
        await farControl.DisposeAsync();
        await port.Ended.WaitAsync(Patience);
    }

    /// <summary>A worker that is stopped does not keep the coordinator.</summary>
    [Fact]
    public async Task Close_AWorkerThatNeverEnds_TakesABoundedTime()
    {
        using var sums = new SumBufferPool(8);
        using var metrics = new SumBufferPool(MetricSums.Count);
        var mailbox = new Mailbox<CoordinatorInput>();
        (Stream control, Stream farControl) = await SocketsAsync(isEncrypted: false);
        (Stream tensors, Stream farTensors) = await SocketsAsync(isEncrypted: false);
        TcpWorkerPort port = Port(mailbox, control, tensors, sums, metrics, LinkKind.Tcp, TimeSpan.FromMilliseconds(30));
        await port.StartAsync();
        port.Close();
        await port.Ended.WaitAsync(Patience);
        await farControl.DisposeAsync();
        await farTensors.DisposeAsync();
    }

    /// <summary>The far end takes a few KiB at a time, the near end holds what it does not take.</summary>
    private static async Task<(Stream Near, Stream Far)> SocketsAsync(bool isEncrypted)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await far.ConnectAsync(listener.LocalEndPoint!);
        Socket near = await listener.AcceptAsync();
        near.SendBufferSize = 2 * LastWordsFloats * sizeof(float);
        var nearStream = new NetworkStream(near, ownsSocket: true);
        var farStream = new NetworkStream(far, ownsSocket: true);
        return isEncrypted ? await TlsIdentities.EncryptAsync(nearStream, farStream) : (nearStream, farStream);
    }

    private static TcpWorkerPort Port(
        Mailbox<CoordinatorInput> mailbox, Stream control, Stream tensors, SumBufferPool sums, SumBufferPool metrics, LinkKind link,
        TimeSpan? endTimeMax = null, SharingOffers? offers = null)
    {
        LinkSession session = LinkSession.New();
        return new TcpWorkerPort(
            Worker, new AdmittedLink(LinkRole.Control, session, control, "here"),
            new AdmittedLink(LinkRole.Tensor, session, tensors, "here") { IsSameMachine = true }, mailbox, new BucketPlan(4, 1),
            sums, metrics, link)
        {
            EndTimeMax = endTimeMax ?? (3 * Patience),
            Offers = offers ?? new SharingOffers(),
        };
    }

    private static void Write(SharedPipe pipe, int term)
    {
        var message = new ArrayBufferWriter<byte>();
        MessageCodec.Write(message, new WorkerMessage.Leaving(new Term(term), ""));
        Write(pipe, message);
    }

    private static void Write(SharedPipe pipe, ArrayBufferWriter<byte> message)
    {
        byte[] frame = ScriptedStream.Frame(FrameKind.Control, message.WrittenSpan, []);
        Assert.Equal(frame.Length, pipe.TryWrite(frame));
    }

    /// <summary>An actor's, which may be full for a while.</summary>
    private sealed class Mailbox<T> : IMailbox<T>
        where T : class
    {
        private readonly Channel<T> _inputs = Channel.CreateUnbounded<T>();
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile TaskCompletionSource? _room;

        /// <summary>Ends when somebody waits for room.</summary>
        public Task Held => _held.Task;

        public void Hold() => _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void LetGo() => _room!.SetResult();

        public Task<T> NextAsync() => _inputs.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public bool TryPost(T message) => _inputs.Writer.TryWrite(message);

        public async ValueTask<bool> PostAsync(T message, CancellationToken cancellation)
        {
            if (_room is { } room)
            {
                _held.TrySetResult();
                await room.Task.WaitAsync(cancellation);
            }

            return TryPost(message);
        }
    }
}
