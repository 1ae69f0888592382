using System.Buffers;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The coordinator's end of a worker's two TCP connections.</summary>
#pragma warning disable CA1001 // What it owns ends with the connection, not with a call of its owner's.
internal sealed class TcpWorkerPort : TcpPair, IWorkerPort
#pragma warning restore CA1001
{
    private readonly WorkerId _id;
    private readonly IMailbox<CoordinatorInput> _coordinator;
    private readonly BucketPlan _buckets;
    private readonly SumBufferPool _sums;
    private readonly SumBufferPool _metrics;
    private readonly LinkKind _link;
    private readonly bool _isSameMachine;

    /// <summary>Done when the worker may be heard: with <see cref="LinkKind.Shared"/> not before it has answered the offer.</summary>
    private readonly TaskCompletionSource _mayBeHeard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WeightVersion? _versionSent;
    private bool _isVersionShared;

    /// <param name="control">Null: control messages go another way.</param>
    /// <param name="sums">Vectors of the largest bucket, shared by all workers.</param>
    /// <param name="metrics">Vectors of an evaluation's sums, shared by all workers.</param>
    /// <param name="link">Auto: shared memory is offered to a worker of this machine.</param>
    public TcpWorkerPort(
        WorkerId id, AdmittedLink? control, AdmittedLink tensor, IMailbox<CoordinatorInput> coordinator, BucketPlan buckets,
        SumBufferPool sums, SumBufferPool metrics, LinkKind link)
        : base(control?.Stream, tensor.Stream)
    {
        _link = link;
        _isSameMachine = tensor.IsSameMachine;
        _id = id;
        _coordinator = coordinator;
        _buckets = buckets;
        _sums = sums;
        _metrics = metrics;
        Address = (control ?? tensor).Address;
        LimitTensors(Math.Max(sums.Length, metrics.Length));
        if (link != LinkKind.Shared)
        {
            _mayBeHeard.SetResult();
        }
    }

    public string Address { get; }

    /// <summary>One for all workers of a coordinator.</summary>
    public SharingOffers Offers { get; init; } = new();

    /// <summary>Announces the worker to the coordinator, then starts to read.</summary>
    public async Task StartAsync()
    {
        if (await _coordinator.PostAsync(new CoordinatorInput.Connected(_id, this), default).ConfigureAwait(false))
        {
            StartReading(new ControlSink(this), new SumSink(this), new PipeSink(this));
            OfferSharing();
        }
        else
        {
            Close();
        }
    }

    public void Send(CoordinatorMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MessageCodec.Write(bytes, message);
        SendControl(bytes.WrittenMemory);
    }

    public void SendWeights(CoordinatorMessage.Weights header, WeightBuffer weights, int start, int length)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MessageCodec.Write(bytes, header);
        if (_versionSent != header.Version)
        {
            // A version's buckets all go one way, so that they come together in one vector.
            _versionSent = header.Version;
            _isVersionShared = IsPipeAgreed && weights.Place is not null;
        }

        if (_isVersionShared && weights.Place is { } place)
        {
            // No reference is held: this vector is not written while a round that it counts for is open.
            SendShared(bytes.WrittenMemory, place, header.Version, BucketFrame.Of(header));
            return;
        }

        weights.Retain();
        SendTensor(
            FrameKind.Tensor, bytes.WrittenMemory, weights.Bytes.Slice(start * sizeof(float), length * sizeof(float)), weights.Release,
            header.Version, BucketFrame.Of(header));
    }

    void IWorkerPort.Close(string reason)
    {
        Close();
        _mayBeHeard.TrySetResult();
    }

    private void OfferSharing()
    {
        bool isPossible = _link != LinkKind.Tcp && _isSameMachine && !Offers.AreOver;
        if (isPossible && SharedPipes.TryCreateRegion() is { } region)
        {
            byte[] place = region.PlaceOf(SlotUp).ToBytes();
            ExpectPipe(region, SlotUp);
            SendTensor(FrameKind.ShareOffer, default, place, null, null);
        }
        else if (_link == LinkKind.Shared)
        {
            Break("it shares no memory with this process, and --link shared allows nothing else");
        }
    }

    private void SharingAnswered(bool isAccepted)
    {
        if (isAccepted)
        {
            AgreeOnPipe();
            _mayBeHeard.TrySetResult();
        }
        else if (_link == LinkKind.Shared)
        {
            Break("it cannot open this process's shared memory, and --link shared allows nothing else");
        }
    }

    protected override void OnBroken(string reason)
    {
        Post(new CoordinatorInput.Disconnected(_id, reason));
        _mayBeHeard.TrySetResult();
    }

    protected override void OnGarbage(string what) => Post(new CoordinatorInput.Violated(_id, $"sent what cannot be read: {what}"));

    private void Post(CoordinatorInput input)
    {
        if (!_coordinator.TryPost(input))
        {
            _ = _coordinator.PostAsync(input, default).AsTask();
        }
    }

    private async ValueTask PostAsync(CoordinatorInput input)
    {
        if (IsEnded || !await _coordinator.PostAsync(input, default).ConfigureAwait(false))
        {
            CoordinatorCore.Discard(input);
        }
    }

    /// <summary>A worker that must share memory and cannot would take part for a moment otherwise.</summary>
    private async ValueTask PostWhenHeardAsync(CoordinatorInput input)
    {
        await _mayBeHeard.Task.ConfigureAwait(false);
        await PostAsync(input).ConfigureAwait(false);
    }

    private sealed class ControlSink(TcpWorkerPort port) : IFrameSink
    {
        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) =>
            throw new WireFormatException("a control message came with a payload, expected none");

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message) =>
            header.Kind == FrameKind.Control
                ? port.PostWhenHeardAsync(new CoordinatorInput.Arrived(port._id, MessageCodec.ReadWorkerMessage(message)))
                : throw new WireFormatException($"a {header.Kind} frame came over the control link");

        public void Ended()
        {
        }
    }

    private sealed class SumSink(TcpWorkerPort port) : IFrameSink
    {
        private readonly byte[] _answer = new byte[1];
        private WorkerMessage.PartialSum? _header;
        private SumView? _view;

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind == FrameKind.ShareAnswer)
            {
                return header.PayloadBytes == _answer.Length
                    ? _answer
                    : throw new WireFormatException($"a {header.Kind} frame has {header.PayloadBytes} bytes");
            }

            _header = Parse(header, message, FrameKind.Tensor);
            int floats = header.PayloadBytes / sizeof(float);
            bool isMetrics = floats == MetricSums.Count && _header.Bucket == 0;
            int expected = _header.Bucket >= 0 && _header.Bucket < port._buckets.Count
                ? port._buckets.SumLengthOf(_header.Bucket)
                : -1;
            if (header.PayloadBytes % sizeof(float) != 0 || (!isMetrics && floats != expected))
            {
                throw new WireFormatException(
                    $"a sum of {header.PayloadBytes:N0} bytes for bucket {_header.Bucket} came, expected "
                    + $"{expected:N0} floats: it runs another model; restart it with the coordinator's run file");
            }

            _view = new SumView((isMetrics ? port._metrics : port._sums).Rent(), 0, floats);
            return _view.Value.Bytes;
        }

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind == FrameKind.ShareAnswer)
            {
                port.SharingAnswered(_answer[0] == 1);
                return ValueTask.CompletedTask;
            }

            if (_view is not { } view || _header is not { } sums)
            {
                throw new WireFormatException($"a {header.Kind} frame without floats came over the tensor link");
            }

            int position = Elementwise.FirstNonFinite(view.Span);
            if (position >= 0)
            {
                throw new WireFormatException(
                    $"the sum of tree node {sums.Node} has {view.Span[position]} at position {position} of bucket "
                    + $"{sums.Bucket}, expected finite numbers");
            }

            _view = null;
            return port.PostAsync(new CoordinatorInput.PartialArrived(port._id, sums, view));
        }

        public void Ended()
        {
            _view?.Buffer.Release();
            _view = null;
        }
    }

    /// <summary>Control messages, and sums that lie in the worker's memory.</summary>
#pragma warning disable CA1001 // What it owns ends with the pipe.
    private sealed class PipeSink(TcpWorkerPort port) : IFrameSink
#pragma warning restore CA1001
    {
        private readonly ControlSink _control = new(port);
        private readonly PeerRegions _regions = new(port._buckets.SumLength, isWritable: true);
        private readonly byte[] _place = new byte[SharedPlace.Bytes];
        private WorkerMessage.PartialSum? _header;

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
            _header = Parse(header, message, FrameKind.SharedTensor);
            return header.PayloadBytes == SharedPlace.Bytes
                ? _place
                : throw new WireFormatException(
                    $"a {header.Kind} frame has {header.PayloadBytes} bytes, expected {SharedPlace.Bytes}");
        }

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (_header is not { } sums)
            {
                return _control.TakeAsync(header, message);
            }

            _header = null;
            return port.PostAsync(new CoordinatorInput.PartialArrived(port._id, sums, Borrow(sums)));
        }

        public void Ended() => _regions.Dispose();

        /// <summary>A bucket of the worker's vector; the worker writes the vector again when all its buckets are given back.</summary>
        private SumView Borrow(WorkerMessage.PartialSum sums)
        {
            if (sums.Bucket < 0 || sums.Bucket >= port._buckets.Count)
            {
                throw new WireFormatException(
                    $"a sum of bucket {sums.Bucket} came, expected 0 to {port._buckets.Count - 1}: it runs another model; "
                    + "restart it with the coordinator's run file");
            }

            SharedPlace place = SharedPlace.Read(_place);
            SharedRegion region = Find(place);
            region.Retain();
            var buffer = new SumBuffer(
                _ =>
                {
                    region.GiveBack(place.Slot);
                    region.Release();
                },
                region.Floats(place.Slot));
            buffer.MarkRented();
            return port._buckets.View(buffer, sums.Bucket);
        }

        private SharedRegion Find(in SharedPlace place)
        {
            try
            {
                return _regions.Find(place);
            }
            catch (IOException)
            {
                // The worker comes again, and its sums travel over TCP then.
                port.Offers.End();
                throw;
            }
        }
    }

    private static WorkerMessage.PartialSum Parse(in FrameHeader header, ReadOnlyMemory<byte> message, FrameKind kind) =>
        header.Kind == kind && MessageCodec.ReadWorkerMessage(message) is WorkerMessage.PartialSum sums
            ? sums
            : throw new WireFormatException($"a {header.Kind} frame came, expected a partial sum as a {kind} frame");

    /// <summary>The pipes' slots: from the worker, and to it.</summary>
    internal const int SlotUp = 0;
    internal const int SlotDown = 1;
}
