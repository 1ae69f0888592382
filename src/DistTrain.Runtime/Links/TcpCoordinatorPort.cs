using System.Buffers;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The worker's end of its two TCP connections.</summary>
#pragma warning disable CA1001 // What it owns ends with the connection, not with a call of its owner's.
internal sealed class TcpCoordinatorPort : TcpPair, ICoordinatorPort
#pragma warning restore CA1001
{
    private readonly IMailbox<WorkerInput> _worker;
    private volatile WeightPlaces? _places;

    /// <param name="control">Null: control messages go another way.</param>
    public TcpCoordinatorPort(Stream? control, Stream tensor, IMailbox<WorkerInput> worker)
        : base(control, tensor)
    {
        _worker = worker;
    }

    /// <summary>Call it when the worker was told of the connection.</summary>
    public void Start() => StartReading(new ControlSink(this), new WeightSink(this));

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
        sums.Buffer.Retain();
        SendTensor(bytes.WrittenMemory, sums.Bytes, sums.Buffer.Release, null);
    }

    public void ExpectWeights(BucketPlan buckets)
    {
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

    private sealed class WeightSink(TcpCoordinatorPort port) : IFrameSink
    {
        private CoordinatorMessage.Weights? _header;

        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message)
        {
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
        }
    }
}
