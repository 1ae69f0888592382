using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Takes the frames of one link as they come in. Called from one thread at a time.</summary>
internal interface IFrameSink
{
    /// <summary>Where the payload goes; exactly as long as the header says.</summary>
    /// <exception cref="WireFormatException">It is not one that is expected here.</exception>
    Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message);

    /// <summary>A whole frame, checksums right. Waits while the receiver is full.</summary>
    /// <exception cref="WireFormatException">The message does not parse, or is not one that is expected here.</exception>
    ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message);

    /// <summary>The link ended, perhaps within a frame: give back what was rented for it.</summary>
    void Ended();
}
