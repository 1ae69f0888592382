namespace DistTrain.Runtime;

/// <summary>A connection that passed admission. Whoever gets it owns the stream.</summary>
/// <param name="Address">For people: the peer's address.</param>
public sealed record AdmittedLink(LinkRole Role, LinkSession Session, Stream Stream, string Address)
{
    /// <summary>Whether both ends have the same address, so that they may be able to share memory.</summary>
    public bool IsSameMachine { get; init; }
}
