using System.Collections.Immutable;
using DistTrain.Runtime.Security;

namespace DistTrain.Akka;

/// <summary>What one node of an Akka cluster is told by flags and environment.</summary>
public sealed record NodeSettings
{
    /// <summary>"coordinator" or "worker".</summary>
    public required string Role { get; init; }

    /// <summary>Address to listen on; 0.0.0.0 for all.</summary>
    public required string ListenHost { get; init; }

    /// <summary>0: any free port.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The name under which the other nodes reach this one; it is part of the node's identity in the cluster.</summary>
    public required string AdvertisedHost { get; init; }

    /// <summary>HOST:PORT of coordinator nodes, under the names that they advertise. Empty: this node starts the cluster.</summary>
    public ImmutableArray<string> Seeds { get; init; } = [];

    /// <summary>This node's certificate and the authority it trusts; null: no TLS on Akka.Remote.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>HOCON text laid over the engine's defaults; empty for none.</summary>
    public string Overrides { get; init; } = "";

    /// <summary>All nodes of one cluster have it.</summary>
    public const string SystemName = "disttrain";
}
