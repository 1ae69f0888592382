using System.Net;
using DistTrain.Data;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>The coordinator of a cluster whose workers come by themselves.</summary>
public sealed record ClusterRequest
{
    public required RunFile Run { get; init; }

    /// <summary>The data that the run file names, read already; null: it is read first. The caller disposes it.</summary>
    public PreparedData? Data { get; init; }

    /// <summary>Where to listen; port 0 lets the system choose.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>No round starts before so many workers are ready; 1 or more.</summary>
    public int WorkersMin { get; init; } = 1;

    /// <summary>Workers, and those who ask for the status, must know it; empty: everybody is let in.</summary>
    public string Token { get; init; } = "";

    /// <summary>Certificates for mutual TLS; null: plain TCP.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>How weights and sums travel to and from workers.</summary>
    public LinkKind Link { get; init; }

    /// <summary>Where run.json, metrics.jsonl, summary.json, model.safetensors and checkpoints/ go; made if missing.</summary>
    public required string OutFolder { get; init; }

    /// <summary>Go on from the newest valid checkpoint in the output folder.</summary>
    public bool Resume { get; init; }

    /// <summary>Resume although the run file changed in a way that changes the result.</summary>
    public bool Force { get; init; }

    /// <summary>Called once with the address in force, when connections are accepted.</summary>
    public Action<IPEndPoint>? Listening { get; init; }
}
