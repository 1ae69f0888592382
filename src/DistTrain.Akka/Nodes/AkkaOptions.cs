using System.Collections.Immutable;

namespace DistTrain.Akka;

/// <summary>What the Akka engine is told beyond the requests that all engines share.</summary>
public sealed record AkkaOptions
{
    /// <summary>
    /// The name under which other nodes reach this one. Null: for a coordinator the address it listens on, or the
    /// machine's name where that is all addresses; for a worker the address that its way to the coordinator leads through.
    /// </summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Port of Akka.Remote. Null: for a coordinator the one after its listening port, for a worker any free one.</summary>
    public int? Port { get; init; }

    /// <summary>Further coordinator nodes, HOST:PORT of their listening ports. For a coordinator that waits for its turn.</summary>
    public ImmutableArray<string> OtherCoordinators { get; init; } = [];

    /// <summary>HOCON text laid over the engine's defaults.</summary>
    public string Overrides { get; init; } = "";

    /// <summary>Akka.Remote of a coordinator listens on the port after the one for links.</summary>
    public static int PortAfter(int listenPort) => listenPort == 0 ? 0 : listenPort + 1;
}
