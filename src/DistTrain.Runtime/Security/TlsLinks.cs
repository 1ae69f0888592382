using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DistTrain.Runtime.Security;

/// <summary>
/// Mutual TLS on a link: both sides show a certificate of the cluster's authority. TLS 1.3 or 1.2, the framework's
/// ciphers, no renegotiation.
/// </summary>
/// <remarks>
/// Under TLS 1.3 a client's handshake ends before the server has judged its certificate: a refused client sees its
/// first read fail. The server's log has the reason; nothing is told to a peer that is not admitted.
/// </remarks>
public static class TlsLinks
{
    /// <summary>The accepting side.</summary>
    /// <param name="stream">Owned by the result from now on.</param>
    /// <exception cref="LinkRefusedException">Who and why, in words: plain text, no certificate, expired, another authority, too slow.</exception>
    public static async Task<SslStream> AcceptAsync(
        NetworkStream stream, TlsIdentity identity, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeTimeMax);
        string peer = PeerName(stream);
        string? reason = null;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            if (await FirstByteAsync(stream.Socket, limit.Token).ConfigureAwait(false) != HandshakeRecord)
            {
                throw new LinkRefusedException($"{peer} was refused: it speaks plain text, this cluster wants TLS");
            }

            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = identity.Context,
                ClientCertificateRequired = true,
                EnabledSslProtocols = Protocols,
                AllowRenegotiation = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    (reason = Judge(certificate, identity)) is null,
            };
            await tls.AuthenticateAsServerAsync(options, limit.Token).ConfigureAwait(false);
            return tls;
        }
        catch (Exception failure) when (IsHandshakeFailure(failure))
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            throw new LinkRefusedException($"{peer} was refused: {reason ?? Explain(failure)}", failure);
        }
        catch (LinkRefusedException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The connecting side.</summary>
    /// <param name="stream">Owned by the result from now on.</param>
    /// <param name="host">Name or address dialled: the other side's certificate must be valid for it.</param>
    /// <exception cref="LinkRefusedException">
    /// The other side's certificate does not hold, or it speaks no TLS; or, not finally, it went away or is too slow.
    /// </exception>
    public static async Task<SslStream> ConnectAsync(
        NetworkStream stream, string host, TlsIdentity identity, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeTimeMax);
        string? reason = null;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificateContext = identity.Context,
                EnabledSslProtocols = Protocols,
                AllowRenegotiation = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    (reason = Judge(certificate, identity) ?? NameMismatch(certificate, errors, host)) is null,
            };
            await tls.AuthenticateAsClientAsync(options, limit.Token).ConfigureAwait(false);
            return tls;
        }
        catch (Exception failure) when (IsHandshakeFailure(failure))
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            string hint = reason is null && failure is IOException ? "; perhaps it speaks no TLS" : "";
            throw new LinkRefusedException($"{host} is not trusted: {reason ?? Explain(failure)}{hint}", failure)
            {
                IsFinal = reason is not null || failure is AuthenticationException,
            };
        }
    }

    private static string? Judge(X509Certificate? certificate, TlsIdentity identity) =>
        PeerCertificates.ReasonToRefuse(certificate as X509Certificate2, identity.Authorities, DateTimeOffset.UtcNow);

    private static string? NameMismatch(X509Certificate? certificate, SslPolicyErrors errors, string host)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0 || certificate is not X509Certificate2 node)
        {
            return null;
        }

        var names = node.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames()
                .Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())));
        return $"its certificate is valid for {string.Join(", ", names)}, not for {host}; "
            + "name it in disttrain certificates --hosts";
    }

    /// <summary>On a link of a cluster without TLS: whether the other side begins with a TLS handshake. Takes no byte.</summary>
    /// <exception cref="IOException">It went away.</exception>
    public static async ValueTask<bool> IsOfferedAsync(Socket socket, CancellationToken cancellation) =>
        await FirstByteAsync(socket, cancellation).ConfigureAwait(false) == HandshakeRecord;

    private static async ValueTask<int> FirstByteAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] first = new byte[1];
        int count = await socket.ReceiveAsync(first, SocketFlags.Peek, cancellation).ConfigureAwait(false);
        return count == 1 ? first[0] : throw new IOException("it closed the connection before its first byte");
    }

    private static bool IsHandshakeFailure(Exception failure) =>
        failure is AuthenticationException or IOException or SocketException or OperationCanceledException;

    private static string Explain(Exception failure) => failure switch
    {
        OperationCanceledException => $"no TLS handshake within {HandshakeTimeMax.TotalSeconds:0} s",
        AuthenticationException => $"the TLS handshake failed ({(failure.InnerException ?? failure).Message.TrimEnd('.')})",
        _ => $"the connection ended in the TLS handshake ({failure.Message.TrimEnd('.')})",
    };

    private static string PeerName(NetworkStream stream) => stream.Socket.RemoteEndPoint?.ToString() ?? "a peer";

    /// <summary>From the first byte to admission; a healthy handshake takes milliseconds.</summary>
    public static readonly TimeSpan HandshakeTimeMax = TimeSpan.FromSeconds(5);

    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Every TLS connection opens with a record of this type (RFC 8446, section 5.1).</summary>
    private const int HandshakeRecord = 0x16;
}
