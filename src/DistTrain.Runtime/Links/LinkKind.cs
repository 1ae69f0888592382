namespace DistTrain.Runtime;

/// <summary>How weights and sums travel between a coordinator and a worker of another process.</summary>
public enum LinkKind
{
    /// <summary>Shared memory where both are on one machine and the system can do it, else TCP.</summary>
    Auto = 0,

    /// <summary>Always over the TCP connection.</summary>
    Tcp = 1,

    /// <summary>Shared memory or no connection.</summary>
    Shared = 2,
}
