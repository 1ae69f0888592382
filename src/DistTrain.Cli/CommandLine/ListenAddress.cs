using System.Net;
using System.Net.NetworkInformation;

namespace DistTrain.Cli;

/// <summary>An address of this machine to listen on.</summary>
internal static class ListenAddress
{
    /// <summary>An aggregator that joined itself would wait for its own answer for ever.</summary>
    /// <param name="listen">Where the node listens.</param>
    /// <param name="join">What it is to join.</param>
    /// <exception cref="UsageException">One of them is where it listens, perhaps under another name.</exception>
    public static void RefuseItself(IPEndPoint listen, IEnumerable<DnsEndPoint> join)
    {
        foreach (DnsEndPoint node in join)
        {
            if (node.Port == listen.Port && AddressesOf(node.Host).Any(address => LeadsTo(address, listen.Address)))
            {
                throw new UsageException(
                    $"--join: {node.Host}:{node.Port} is where this aggregator itself listens; name the coordinator's address, or "
                    + "another aggregator's");
            }
        }
    }

    /// <summary>Whether who connects to an address finds a socket of this machine that listens on another.</summary>
    private static bool LeadsTo(IPAddress address, IPAddress listen)
    {
        // Who connects to 0.0.0.0 reaches the loopback address.
        IPAddress target = address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        bool listensEverywhere = listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);
        return target.Equals(listen) || (listensEverywhere && (IPAddress.IsLoopback(target) || IsOwn(target)));
    }

    private static bool IsOwn(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(static one => one.GetIPProperties().UnicastAddresses)
        .Any(own => own.Address.Equals(address));

    /// <returns>Empty: nobody knows the name at the moment; whoever dials it says so.</returns>
    private static IPAddress[] AddressesOf(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return [literal];
        }

        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return [];
        }
    }

    /// <exception cref="UsageException">The host has no address.</exception>
    public static IPEndPoint Resolve(DnsEndPoint address)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? literal))
        {
            return new IPEndPoint(literal, address.Port);
        }

        try
        {
            IPAddress[] found = Dns.GetHostAddresses(address.Host);
            IPAddress chosen = Array.Find(
                found, candidate => candidate.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) ?? found[0];
            return new IPEndPoint(chosen, address.Port);
        }
        catch (System.Net.Sockets.SocketException)
        {
            throw new UsageException(
                $"--listen: there is no address for {address.Host}; expected one of this machine, as in 127.0.0.1, or 0.0.0.0");
        }
    }
}
