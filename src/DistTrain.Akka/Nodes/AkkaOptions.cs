using System.Collections.Immutable;
using System.Globalization;
using System.Net;

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

    /// <summary>Where the Akka node of such a coordinator listens, as HOST:PORT.</summary>
    /// <param name="coordinator">HOST:PORT of its listening port; an IPv6 address stands in brackets.</param>
    /// <exception cref="NodeSettingsException">It is none.</exception>
    internal static string SeedOf(string coordinator)
    {
        int colon = coordinator.LastIndexOf(':');
        return colon > 0
            && HostOf(coordinator[..colon]) is { } host
            && int.TryParse(coordinator.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and <= IPEndPoint.MaxPort
            ? SeedOf(host, port)
            : throw new NodeSettingsException($"{coordinator} is no coordinator's address, expected HOST:PORT, as in 127.0.0.1:7070");
    }

    /// <param name="host">A name or an address, without brackets.</param>
    /// <inheritdoc cref="SeedOf(string)"/>
    internal static string SeedOf(string host, int port) => AddressOf(host, AkkaPortOf(port));

    /// <exception cref="NodeSettingsException">There is no such port.</exception>
    internal static int AkkaPortOf(int listenPort) => listenPort < IPEndPoint.MaxPort
        ? PortAfter(listenPort)
        : throw new NodeSettingsException(
            $"a coordinator on port {listenPort} has no port after it for Akka.Remote; let it listen on another one");

    /// <returns>HOST:PORT, with an IPv6 address in brackets.</returns>
    internal static string AddressOf(string host, int port) => string.Create(
        CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");

    /// <param name="text">A name, an IPv4 address, or an IPv6 address in brackets.</param>
    /// <returns>Without brackets; null: it is none.</returns>
    internal static string? HostOf(string text) => text switch
    {
        ['[', .. string inside, ']'] => Uri.CheckHostName(inside) == UriHostNameType.IPv6 ? inside : null,
        _ => Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 ? text : null,
    };
}
