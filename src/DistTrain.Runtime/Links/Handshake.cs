using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Admission to a link: four frames in which each side shows that it knows the cluster's token without sending it, and the
/// peers agree on the protocol's version.
/// </summary>
/// <remarks>
/// <code>
/// client → hello      version (4), role (4), session (16), client nonce (32)
/// server → challenge  server nonce (32)
/// client → proof      HMAC-SHA256(token, "client" ‖ hello ‖ challenge) (32)
/// server → verdict    accepted (1), HMAC-SHA256(token, "server" ‖ hello ‖ challenge) (32), reason (UTF-8)
/// </code>
/// Proofs are compared in constant time. Without a token the key is empty, and everybody has it. Numbers are
/// little-endian. Where TLS is used this runs inside it.
/// </remarks>
internal static class Handshake
{
    /// <summary>The server's side.</summary>
    /// <returns>What the client is here for.</returns>
    /// <exception cref="LinkException">Refused; the client was told why where it speaks the protocol.</exception>
    public static async Task<(LinkRole Role, LinkSession Session)> AcceptAsync(
        Stream stream, string token, CancellationToken cancellation)
    {
        byte[] hello = await ReadAsync(stream, HelloBytes, HelloBytes, cancellation).ConfigureAwait(false);
        int version = BinaryPrimitives.ReadInt32LittleEndian(hello);
        int role = BinaryPrimitives.ReadInt32LittleEndian(hello.AsSpan(4));
        byte[] challenge = RandomNumberGenerator.GetBytes(NonceBytes);
        await SendAsync(stream, challenge, cancellation).ConfigureAwait(false);
        byte[] proof = await ReadAsync(stream, ProofBytes, ProofBytes, cancellation).ConfigureAwait(false);
        string? refusal = !CryptographicOperations.FixedTimeEquals(proof, Proof(token, "client", hello, challenge))
            ? "its token is not this cluster's; set the coordinator's token in DISTTRAIN_TOKEN"
            : version != ProtocolVersions.Current
                ? $"it speaks protocol version {version}, expected {ProtocolVersions.Current}: run the same version everywhere"
                : role is < (int)LinkRole.Control or > (int)LinkRole.Status
                    ? $"it asks for a link of the kind {role}, expected 1 to {(int)LinkRole.Status}"
                    : null;
        byte[] verdict =
        [
            refusal is null ? (byte)1 : (byte)0,
            .. refusal is null ? Proof(token, "server", hello, challenge) : new byte[ProofBytes],
            .. Encoding.UTF8.GetBytes(refusal ?? ""),
        ];
        await SendAsync(stream, verdict, cancellation).ConfigureAwait(false);
        return refusal is null
            ? ((LinkRole)role, LinkSession.Read(hello.AsSpan(8)))
            : throw new LinkException(refusal, isFinal: true);
    }

    /// <summary>The client's side.</summary>
    /// <exception cref="LinkException">Refused, or the server does not know the token.</exception>
    public static async Task ConnectAsync(
        Stream stream, LinkRole role, LinkSession session, string token, CancellationToken cancellation)
    {
        byte[] hello = new byte[HelloBytes];
        BinaryPrimitives.WriteInt32LittleEndian(hello, ProtocolVersions.Current);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(4), (int)role);
        session.Write(hello.AsSpan(8));
        RandomNumberGenerator.Fill(hello.AsSpan(8 + LinkSession.Bytes));
        await SendAsync(stream, hello, cancellation).ConfigureAwait(false);
        string whenEnded = stream is SslStream
            ? EndedEarly
            : $"{EndedEarly} (a coordinator that wants TLS ends it when a node comes without --tls-certificate)";
        byte[] challenge = await ReadAsync(stream, NonceBytes, NonceBytes, cancellation, whenEnded).ConfigureAwait(false);
        await SendAsync(stream, Proof(token, "client", hello, challenge), cancellation).ConfigureAwait(false);
        byte[] verdict = await ReadAsync(stream, 1 + ProofBytes, VerdictBytesMax, cancellation).ConfigureAwait(false);
        if (verdict[0] != 1)
        {
            string reason = Encoding.UTF8.GetString(verdict.AsSpan(1 + ProofBytes));
            throw new LinkException($"the coordinator refused this node: {reason}", isFinal: true);
        }

        if (!CryptographicOperations.FixedTimeEquals(
            verdict.AsSpan(1, ProofBytes), Proof(token, "server", hello, challenge)))
        {
            throw new LinkException(
                "the coordinator does not know this cluster's token; check address and DISTTRAIN_TOKEN", isFinal: true);
        }
    }

    private static byte[] Proof(string token, string side, byte[] hello, byte[] challenge)
    {
        byte[] said = [.. Encoding.ASCII.GetBytes(side), .. hello, .. challenge];
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), said);
    }

    private static async ValueTask SendAsync(Stream stream, byte[] message, CancellationToken cancellation)
    {
        byte[] frame = new byte[FrameHeader.Bytes + message.Length];
        FrameHeader.For(FrameKind.Handshake, message, []).Write(frame);
        message.CopyTo(frame, FrameHeader.Bytes);
        await stream.WriteAsync(frame, cancellation).ConfigureAwait(false);
    }

    /// <remarks>Reads not a byte beyond the frame: what follows belongs to the link.</remarks>
    private static async ValueTask<byte[]> ReadAsync(
        Stream stream, int bytesMin, int bytesMax, CancellationToken cancellation, string whenEnded = EndedEarly)
    {
        try
        {
            var reader = new FrameReader(FrameLimits.BeforeAdmission);
            while (true)
            {
                int count = await stream.ReadAsync(reader.Space, cancellation).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new LinkException(whenEnded, isFinal: false);
                }

                if (reader.Advance(count) == FrameProgress.FrameReady)
                {
                    break;
                }
            }

            int length = reader.Message.Length;
            return reader.Header.Kind == FrameKind.Handshake && length >= bytesMin && length <= bytesMax
                ? reader.Message.ToArray()
                : throw new LinkException(
                    $"a {reader.Header.Kind} frame of {length:N0} bytes came, expected a handshake of {bytesMin} to {bytesMax}",
                    isFinal: false);
        }
        catch (WireFormatException garbage)
        {
            throw new LinkException(garbage.Message, isFinal: false, garbage);
        }
    }

    private const string EndedEarly = "the connection ended before admission";
    private const int NonceBytes = 32;
    private const int ProofBytes = 32;
    private const int HelloBytes = 8 + LinkSession.Bytes + NonceBytes;
    private const int VerdictBytesMax = 2048;
}
