namespace DistTrain.Protocol;

/// <summary>Versions of the wire protocol. Peers of different versions refuse each other in the first message.</summary>
public static class ProtocolVersions
{
    public const int Current = 1;
}
