using System.Net;
using System.Net.Sockets;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>
/// Two neighbouring free ports, for a coordinator that may take any: workers are told the first, and find Akka.Remote on
/// the second. Another program may take one before the coordinator does; then it says so and can be started again.
/// </summary>
internal static class FreePorts
{
    /// <returns>The first of the two.</returns>
    /// <exception cref="TrainingException">No such pair was found, or the address is not this machine's.</exception>
    public static IPEndPoint Pair(IPAddress address)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            using var first = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using var second = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (Bind(first, new IPEndPoint(address, 0), isLast: attempt == AttemptsMax - 1) is { } free
                && free.Port < IPEndPoint.MaxPort
                && Bind(second, new IPEndPoint(address, AkkaOptions.PortAfter(free.Port)), isLast: false) is not null)
            {
                return free;
            }
        }

        throw new TrainingException($"no two neighbouring free ports were found on {address}; name a port with --listen");
    }

    private static IPEndPoint? Bind(Socket socket, IPEndPoint wanted, bool isLast)
    {
        try
        {
            socket.Bind(wanted);
            return (IPEndPoint)socket.LocalEndPoint!;
        }
        catch (SocketException) when (!isLast)
        {
            return null;
        }
        catch (SocketException failure)
        {
            throw new TrainingException($"{wanted.Address} cannot be listened on: {failure.Message}", failure);
        }
    }

    private const int AttemptsMax = 32;
}
