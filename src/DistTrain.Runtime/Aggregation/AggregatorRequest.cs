using System.Net;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>One aggregator between a coordinator, or another aggregator, and workers that come by themselves.</summary>
public sealed record AggregatorRequest
{
    /// <summary>Nodes above, tried in turn; the first is the one that it belongs to. At least one.</summary>
    public required IReadOnlyList<(string Host, int Port)> Above { get; init; }

    /// <summary>Where workers find it; port 0 lets the system choose.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Takes no work before so many workers are ready for the first time; 1 or more.</summary>
    public int WorkersAtStart { get; init; } = 1;

    /// <summary>Compute threads of all its workers, as a first guess of its speed; 1 or more.</summary>
    public int ThreadsExpected { get; init; } = 1;

    /// <summary>The cluster's shared secret, upwards and downwards; empty where none is asked for.</summary>
    public string Token { get; init; } = "";

    /// <summary>Certificates for mutual TLS, upwards and downwards; null: plain TCP.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>Where data from the coordinator is kept, by content hash; null: a folder of the user's cache.</summary>
    public string? DataFolder { get; init; }

    /// <summary>For people; null: its address.</summary>
    public string? Name { get; init; }

    /// <summary>True: end when standard input ends, so that it does not outlive the process that started it.</summary>
    public bool EndWithStandardInput { get; init; }

    /// <summary>Told what happens to connections and workers, a line each; from any thread.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Called once with the address in force, when workers are accepted.</summary>
    public Action<IPEndPoint>? Listening { get; init; }

    /// <summary>Called once, when its first sums have gone up.</summary>
    public Action? Delivered { get; init; }
}
