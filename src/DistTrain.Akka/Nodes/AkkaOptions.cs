using System.Collections.Immutable;
using System.Globalization;

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

    /// <summary>
    /// Further coordinator nodes, HOST:PORT of their listening ports. A coordinator that is told of others joins them and
    /// waits for its turn; a worker finds the cluster through any of them.
    /// </summary>
    public ImmutableArray<string> OtherCoordinators { get; init; } = [];

    /// <summary>HOCON text laid over the engine's defaults.</summary>
    public string Overrides { get; init; } = "";

    /// <summary>Akka.Remote of a coordinator listens on the port after the one for links.</summary>
    public static int PortAfter(int listenPort) => listenPort + 1;

    /// <summary>Where the Akka node of such a coordinator listens.</summary>
    /// <param name="coordinator">HOST:PORT of its listening port.</param>
    /// <exception cref="NodeSettingsException">It is none.</exception>
    internal static string SeedOf(string coordinator)
    {
        int colon = coordinator.LastIndexOf(':');
        return colon > 0
            && int.TryParse(coordinator.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and < 65535
            ? string.Create(CultureInfo.InvariantCulture, $"{coordinator[..colon]}:{PortAfter(port)}")
            : throw new NodeSettingsException($"{coordinator} is no coordinator's address, expected HOST:PORT");
    }
}
