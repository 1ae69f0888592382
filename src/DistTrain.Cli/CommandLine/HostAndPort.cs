using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DistTrain.Cli;

/// <summary>HOST:PORT as people write it; an IPv6 address stands in brackets.</summary>
internal static class HostAndPort
{
    private const int PortMax = 65535;

    /// <param name="portMin">0 where the system may choose the port.</param>
    /// <returns>The address, or what is wrong with it and what was expected.</returns>
    public static (DnsEndPoint? Address, string Problem) Parse(string text, int portMin)
    {
        if (text.Length == 0)
        {
            return Wrong($"no address is given; expected {Expected}");
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return Wrong($"{text} is a URL; expected {Expected}");
        }

        int end = text[0] == '[' ? text.IndexOf(']') + 1 : text.IndexOf(':');
        if (text[0] == '[' && end == 0)
        {
            return Wrong($"{text} has no closing bracket; expected {ExpectedIpv6}");
        }

        if (text[0] != '[' && end >= 0 && text.IndexOf(':', end + 1) >= 0)
        {
            return Wrong($"{text} has several colons; an IPv6 address stands in brackets: {ExpectedIpv6}");
        }

        string host = end < 0 ? "" : text[0] == '[' ? text[1..(end - 1)] : text[..end];
        if (host.Length == 0 || host.AsSpan().ContainsAny(NotInHosts) || end == text.Length || text[end] != ':')
        {
            return Wrong($"{text} is no address; expected {Expected}");
        }

        if (text[0] == '[' && FindFaultOfIpv6(host) is { } fault)
        {
            return Wrong($"{text}: {fault}");
        }

        string port = text[(end + 1)..];
        if (port.Length == 0)
        {
            return Wrong($"{text} has no port; expected {Expected}");
        }

        if (port.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return Wrong($"{text} is no address: {port} is no port; expected {Expected}");
        }

        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= portMin && number <= PortMax
            ? (new DnsEndPoint(host, number), "")
            : Wrong($"{text} is no address: ports go from {portMin} to {PortMax}");
    }

    private static string? FindFaultOfIpv6(string host)
    {
        if (!IPAddress.TryParse(host, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return $"{host} is no IPv6 address; expected {ExpectedIpv6}";
        }

        int zone = host.IndexOf('%');
        return zone >= 0 && address.ScopeId == 0
            ? $"this machine has no network interface {host[(zone + 1)..]}"
            : null;
    }

    private static (DnsEndPoint? Address, string Problem) Wrong(string problem) => (null, problem);

    private const string Expected = "HOST:PORT, as in 127.0.0.1:7070";
    private const string ExpectedIpv6 = "[ADDRESS]:PORT, as in [::1]:7070";

    /// <summary>What a slip of the keyboard leaves in an address.</summary>
    private const string NotInHosts = " \t/[]";
}
