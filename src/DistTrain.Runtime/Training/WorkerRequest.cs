using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>One worker that joins a coordinator over the network.</summary>
public sealed record WorkerRequest
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Other nodes of the same run, tried in turn where the first is not to be had; none by default.</summary>
    public IReadOnlyList<(string Host, int Port)> Others { get; init; } = [];

    /// <summary>Compute threads; 1 or more.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The cluster's shared secret; empty where the coordinator asks for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>Certificates for mutual TLS; null: plain TCP.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>How weights and sums travel to and from the coordinator.</summary>
    public LinkKind Link { get; init; }

    /// <summary>Where data from the coordinator is kept, by content hash; null: a folder of the user's cache.</summary>
    public string? DataFolder { get; init; }

    /// <summary>For people; null: host name and process id.</summary>
    public string? Name { get; init; }

    /// <summary>True: end when standard input ends, so that no worker outlives the process that started it.</summary>
    public bool EndWithStandardInput { get; init; }

    /// <summary>Told what happens to the connection, a line each; called from one thread at a time.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Called once, when its first sums have left; by the plain engine alone.</summary>
    public Action? Delivered { get; init; }
}
