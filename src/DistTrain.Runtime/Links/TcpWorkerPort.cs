using System.Buffers;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The coordinator's end of a worker's two TCP connections.</summary>
internal sealed class TcpWorkerPort : TcpPair, IWorkerPort
{
    private readonly WorkerId _id;
    private readonly IMailbox<CoordinatorInput> _coordinator;
    private readonly BucketPlan _buckets;
    private readonly SumBufferPool _sums;
    private readonly SumBufferPool _metrics;

    /// <param name="control">Null: control messages go another way.</param>
    /// <param name="sums">Vectors of the largest bucket, shared by all workers.</param>
    /// <param name="metrics">Vectors of an evaluation's sums, shared by all workers.</param>
    public TcpWorkerPort(
        WorkerId id, AdmittedLink? control, AdmittedLink tensor, IMailbox<CoordinatorInput> coordinator, BucketPlan buckets,
        SumBufferPool sums, SumBufferPool metrics)
        : base(control?.Stream, tensor.Stream)
    {
        _id = id;
        _coordinator = coordinator;
        _buckets = buckets;
        _sums = sums;
        _metrics = metrics;
        Address = (control ?? tensor).Address;
        LimitTensors(Math.Max(sums.Length, metrics.Length));
    }

    public string Address { get; }

    /// <summary>Announces the worker to the coordinator, then starts to read.</summary>
    public async Task StartAsync()
    {
        if (await _coordinator.PostAsync(new CoordinatorInput.Connected(_id, this), default).ConfigureAwait(false))
        {
            StartReading(new ControlSink(this), new SumSink(this));
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
        weights.Retain();
        SendTensor(
            bytes.WrittenMemory, weights.Bytes.Slice(start * sizeof(float), length * sizeof(float)), weights.Release,
            header.Version);
    }

    void IWorkerPort.Close(string reason) => Close();

    protected override void OnBroken(string reason) => Post(new CoordinatorInput.Disconnected(_id, reason));

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

    private sealed class ControlSink(TcpWorkerPort port) : IFrameSink
    {
        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) =>
            throw new WireFormatException("a control message came with a payload, expected none");

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message) =>
            header.Kind == FrameKind.Control
                ? port.PostAsync(new CoordinatorInput.Arrived(port._id, MessageCodec.ReadWorkerMessage(message)))
                : throw new WireFormatException($"a {header.Kind} frame came over the control link");

        public void Ended()
        {
        }
    }

    private sealed class SumSink(TcpWorkerPort port) : IFrameSink
    {
        private WorkerMessage.PartialSum? _header;
        private SumView? _view;

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
            _header = Parse(header, message);
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

        private static WorkerMessage.PartialSum Parse(in FrameHeader header, ReadOnlyMemory<byte> message) =>
            header.Kind == FrameKind.Tensor && MessageCodec.ReadWorkerMessage(message) is WorkerMessage.PartialSum sums
                ? sums
                : throw new WireFormatException($"a {header.Kind} frame came over the tensor link, expected a partial sum");
    }
}
