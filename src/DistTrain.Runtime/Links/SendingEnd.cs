using System.Net.Security;
using System.Net.Sockets;

namespace DistTrain.Runtime;

/// <summary>Ends one direction of a connection: the peer reads what was written to its end, and is still heard.</summary>
internal static class SendingEnd
{
    /// <returns>False: the peer learns of the end only when this stream is closed.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="InvalidOperationException">The stream is closed, or TLS has ended.</exception>
    public static async Task<bool> TryTellAsync(Stream stream)
    {
        switch (stream)
        {
            case NetworkStream plain:
                Shutdown(plain.Socket);
                return true;
            case SslStream tls:
                await tls.ShutdownAsync().ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    private static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
    }
}
