using System.Buffers;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>Bytes of frames as the real codec writes them; the floats are counted, not moved.</summary>
internal sealed class FrameSizes
{
    private readonly ArrayBufferWriter<byte> _scratch = new(256);

    public long Of(CoordinatorMessage message, long payloadFloats = 0)
    {
        _scratch.ResetWrittenCount();
        MessageCodec.Write(_scratch, message);
        return FrameHeader.Bytes + _scratch.WrittenCount + (payloadFloats * sizeof(float));
    }

    public long Of(WorkerMessage message, long payloadFloats = 0)
    {
        _scratch.ResetWrittenCount();
        MessageCodec.Write(_scratch, message);
        return FrameHeader.Bytes + _scratch.WrittenCount + (payloadFloats * sizeof(float));
    }
}
