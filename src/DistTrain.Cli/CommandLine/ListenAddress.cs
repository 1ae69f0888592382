using System.Net;

namespace DistTrain.Cli;

/// <summary>An address of this machine to listen on.</summary>
internal static class ListenAddress
{
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
