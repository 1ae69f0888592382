using System.Buffers;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The worker's end of its two TCP connections.</summary>
#pragma warning disable CA1001 // What it owns ends with the connection, not with a call of its owner's.
internal sealed class TcpCoordinatorPort : TcpPair, ICoordinatorPort
#pragma warning restore CA1001
{
    private readonly IMailbox<WorkerInput> _worker;
    private readonly LinkKind _link;
    private readonly Lock _sumsLock = new();
    private volatile WeightPlaces? _places;
    private volatile BucketPlan? _buckets;
    private volatile bool _isSharing;
    private SharedSums? _sums;

    /// <param name="control">Null: control messages go another way.</param>
    /// <param name="link">Tcp: an offer to share memory is declined.</param>
    public TcpCoordinatorPort(
        Stream? control, Stream tensor, IMailbox<WorkerInput> worker, LinkKind link = LinkKind.Auto)
        : base(control, tensor)
    {
        _worker = worker;
        _link = link;
    }

    /// <summary>Call it when the worker was told of the connection.</summary>
    public void Start() => StartReading(new ControlSink(this), new WeightSink(this), new PipeSink(this));

    public void Send(WorkerMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MessageCodec.Write(bytes, message);
        SendControl(bytes.WrittenMemory);
    }

    public void SendPartial(WorkerMessage.PartialSum header, SumView sums)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MessageCodec.Write(bytes, header);
        if (_sums is { } shared && sums.Buffer.Home == shared)
        {
            SendShared(bytes.WrittenMemory, shared.Lend(sums.Buffer), null, BucketFrame.Of(header));
            return;
        }

        sums.Buffer.Retain();
        SendTensor(
            FrameKind.Tensor, bytes.WrittenMemory, sums.Bytes, sums.Buffer.Release, null, BucketFrame.Of(header));
    }

    /// <summary>A vector that the coordinator can read where it lies; null: there is none (now).</summary>
    public SumBuffer? TryRentSums()
    {
        if (!_isSharing || _buckets is not { } buckets)
        {
            return null;
        }

        lock (_sumsLock)
        {
            if (!_isSharing || IsEnded)
            {
                return null;
            }

            _sums ??= SharedSums.TryCreate(SharedSlots, buckets.SumLength);
            _isSharing = _sums is not null;
            return _sums?.TryRent();
        }
    }

    public ISpareWork? SpareWork => PipeReading;

    public bool TakesUnchecked(SumBuffer sums) => sums.Home is { } home && home == _sums;

    public void ExpectWeights(BucketPlan buckets)
    {
        lock (_sumsLock)
        {
            _sums?.Dispose();
            _sums = null;
        }

        _buckets = buckets;
        _places = new WeightPlaces(buckets);
        LimitTensors(buckets.ParameterCount);
    }

    void ICoordinatorPort.Close(string reason) => Close();

    protected override void OnBroken(string reason) => Post(new WorkerInput.Disconnected(this, reason));

    protected override void OnGarbage(string what) => Break($"the coordinator sent what cannot be read: {what}");

    private void Post(WorkerInput input)
    {
        if (!_worker.TryPost(input))
        {
            _ = _worker.PostAsync(input, default).AsTask();
        }
    }

    private async ValueTask PostAsync(WorkerInput input)
    {
        if (IsEnded || !await _worker.PostAsync(input, default).ConfigureAwait(false))
        {
            WorkerCore.Discard(input);
        }
    }

    private sealed class ControlSink(TcpCoordinatorPort port) : IFrameSink
    {
        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) =>
            throw new WireFormatException("a control message came with a payload, expected none");

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message) =>
            header.Kind == FrameKind.Control
                ? port.PostAsync(new WorkerInput.Arrived(port, MessageCodec.ReadCoordinatorMessage(message)))
                : throw new WireFormatException($"a {header.Kind} frame came over the control link");

        public void Ended()
        {
        }
    }

    private void AnswerOffer(in SharedPlace place)
    {
        SharedRegion? region = _link == LinkKind.Tcp ? null : SharedPipes.TryOpenRegion(place);
        if (region is not null)
        {
            // Before the answer: as soon as the coordinator has it, its first message may come through this memory.
            ExpectPipe(region, TcpWorkerPort.SlotDown);
        }

        SendTensor(FrameKind.ShareAnswer, default, new[] { region is null ? (byte)0 : (byte)1 }, null, null);
        if (region is not null)
        {
            AgreeOnPipe();
            _isSharing = true;
        }
        else if (_link == LinkKind.Shared)
        {
            Break("the coordinator's shared memory cannot be opened, and --link shared allows nothing else");
        }
    }

    private sealed class WeightSink(TcpCoordinatorPort port) : IFrameSink
    {
        private readonly byte[] _place = new byte[SharedPlace.Bytes];
        private CoordinatorMessage.Weights? _header;

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind == FrameKind.ShareOffer)
            {
                return header.PayloadBytes == SharedPlace.Bytes
                    ? _place
                    : throw new WireFormatException(
                        $"a {header.Kind} frame has {header.PayloadBytes} bytes, expected {SharedPlace.Bytes}");
            }

            WeightPlaces places = port._places
                ?? throw new WireFormatException("weights came before the run was loaded");
            if (header.Kind != FrameKind.Tensor
                || MessageCodec.ReadCoordinatorMessage(message) is not CoordinatorMessage.Weights weights)
            {
                throw new WireFormatException($"a {header.Kind} frame came over the tensor link, expected weights");
            }

            _header = weights;
            return places.PlaceFor(weights, header.PayloadBytes);
        }

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind == FrameKind.ShareOffer)
            {
                port.AnswerOffer(SharedPlace.Read(_place));
                return ValueTask.CompletedTask;
            }

            if (_header is not { } weights || port._places?.Take(weights) is not { } buffer)
            {
                throw new WireFormatException($"a {header.Kind} frame without floats came over the tensor link");
            }

            _header = null;
            return port.PostAsync(new WorkerInput.WeightsArrived(port, weights, buffer));
        }

        public void Ended()
        {
            port._places?.Dispose();
            lock (port._sumsLock)
            {
                // The connection ends a little later, and nobody would give back memory that is taken meanwhile.
                port._isSharing = false;
                port._sums?.Dispose();
                port._sums = null;
            }
        }
    }

    /// <summary>Control messages, and weights that lie in the coordinator's memory.</summary>
#pragma warning disable CA1001 // What it owns ends with the pipe.
    private sealed class PipeSink(TcpCoordinatorPort port) : IFrameSink
#pragma warning restore CA1001
    {
        private readonly ControlSink _control = new(port);
        private readonly byte[] _place = new byte[SharedPlace.Bytes];
        private CoordinatorMessage.Weights? _header;
        private BorrowedWeights? _weights;

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind != FrameKind.SharedTensor || header.PayloadBytes != SharedPlace.Bytes
                || MessageCodec.ReadCoordinatorMessage(message) is not CoordinatorMessage.Weights weights)
            {
                throw new WireFormatException(
                    $"a {header.Kind} frame with {header.PayloadBytes} bytes of payload came through shared memory, expected "
                    + $"weights with {SharedPlace.Bytes}");
            }

            _header = weights;
            return _place;
        }

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (_header is not { } weights)
            {
                return _control.TakeAsync(header, message);
            }

            _header = null;
            _weights ??= new BorrowedWeights(
                port._buckets ?? throw new WireFormatException("weights came before the run was loaded"));
            return port.PostAsync(
                new WorkerInput.WeightsArrived(port, weights, _weights.Borrow(weights, SharedPlace.Read(_place))));
        }

        public void Ended() => _weights?.Dispose();
    }

    /// <summary>
    /// Sum vectors at a time: those in hand on a few threads, and those that the coordinator has not added yet. When all are
    /// out the floats travel over TCP.
    /// </summary>
    private const int SharedSlots = 16;
}
