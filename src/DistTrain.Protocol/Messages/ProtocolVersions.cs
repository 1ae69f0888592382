namespace DistTrain.Protocol;

/// <summary>Versions of the wire protocol. Peers of different versions refuse each other in the first message.</summary>
/// <remarks>
/// Another kind of frame or message, or another content of one, is another version: a peer that does not know it would end
/// the connection at what it takes for garbage. 2: pipes in shared memory (<see cref="FrameKind.PipeBegin"/>).
/// </remarks>
public static class ProtocolVersions
{
    public const int Current = 2;
}
