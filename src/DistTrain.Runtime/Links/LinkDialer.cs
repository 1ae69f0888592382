using System.Net.Sockets;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>Makes admitted connections to one coordinator.</summary>
/// <param name="token">Empty where the coordinator asks for none.</param>
/// <param name="tls">Null: plain TCP.</param>
public sealed class LinkDialer(string host, int port, string token, TlsIdentity? tls)
{
    public string Address => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <exception cref="LinkException">Nobody there, or refused.</exception>
    public async Task<Stream> DialAsync(LinkRole role, LinkSession session, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AdmissionGate.TimeMax);
        Socket? socket = null;
        Stream? stream = null;
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            var plain = new NetworkStream(socket, ownsSocket: true);
            stream = plain;
            if (tls is not null)
            {
                stream = await TlsLinks.ConnectAsync(plain, host, tls, limit.Token).ConfigureAwait(false);
            }

            await Handshake.ConnectAsync(stream, role, session, token, limit.Token).ConfigureAwait(false);
            return stream;
        }
        catch (Exception error)
        {
            socket?.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            cancellation.ThrowIfCancellationRequested();
            throw error switch
            {
                LinkException refusal => new LinkException($"{Address}: {refusal.Message}", refusal.IsFinal, refusal),
                LinkRefusedException refusal => new LinkException(refusal.Message, refusal.IsFinal, refusal),
                OperationCanceledException => new LinkException(
                    $"{Address} does not answer within {AdmissionGate.TimeMax.TotalSeconds:0} s", isFinal: false, error),
                SocketException or IOException or ObjectDisposedException => new LinkException(
                    $"{Address} cannot be reached ({error.Message.TrimEnd('.')}); check that a coordinator listens there",
                    isFinal: false, error),
                _ => error,
            };
        }
    }
}
