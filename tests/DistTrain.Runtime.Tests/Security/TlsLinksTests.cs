using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DistTrain.Runtime.Security;
using static DistTrain.Runtime.Tests.Security.TlsIdentities;

namespace DistTrain.Runtime.Tests.Security;

public sealed class TlsLinksTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("test", Now.AddDays(-30));
    private readonly TlsIdentity _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TlsLinksTests()
    {
        _server = IdentityOf(_authority, Now, "localhost", "127.0.0.1");
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Link_BothOfOneAuthority_CarriesBytesBothWays(string host)
    {
        using TlsIdentity client = IdentityOf(_authority, Now, "worker");
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        Task<SslStream> accepting = TlsLinks.AcceptAsync(there, _server, default);
        await using SslStream near = await TlsLinks.ConnectAsync(here, host, client, default);
        await using SslStream far = await accepting;

        Assert.True(near.IsMutuallyAuthenticated && far.IsMutuallyAuthenticated);
        Assert.Contains(near.SslProtocol, new[] { SslProtocols.Tls12, SslProtocols.Tls13 });
        await near.WriteAsync("up"u8.ToArray());
        Assert.Equal("up", await ReadAsync(far, 2));
        await far.WriteAsync("down"u8.ToArray());
        Assert.Equal("down", await ReadAsync(near, 4));
    }

    [Fact]
    public async Task Accept_NoCertificate_IsRefusedInWords()
    {
        string reason = await RefusalAsync(client: null);
        Assert.EndsWith("was refused: it showed no certificate", reason, StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_ExpiredCertificate_IsRefusedWithItsDate()
    {
        using TlsIdentity client = IdentityOf(_authority, Now.AddDays(-20), "worker");
        string date = client.Certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", null);
        Assert.EndsWith($"certificate for worker expired on {date} UTC", await RefusalAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_AnotherAuthority_IsRefusedWithBothNames()
    {
        using CertificateAuthority other = CertificateAuthority.Create("foreign", Now);
        using TlsIdentity client = IdentityOf(other, Now, "worker");
        Assert.Contains(
            "issued by another authority (foreign authority), expected test authority",
            await RefusalAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_AuthorityOfTheSameNameWithAnotherKey_IsRefused()
    {
        using CertificateAuthority impostor = CertificateAuthority.Create("test", Now);
        using TlsIdentity client = IdentityOf(impostor, Now, "worker");
        Assert.Contains("issued by another authority", await RefusalAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_PlainTextClient_IsRefusedInWords()
    {
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        await using NetworkStream closing = here;
        await here.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
        var refused = await Assert.ThrowsAsync<LinkRefusedException>(
            () => TlsLinks.AcceptAsync(there, _server, default));
        Assert.EndsWith("it speaks plain text, this cluster wants TLS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_ClientThatGoesAtOnce_IsRefusedInWords()
    {
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        await here.DisposeAsync();
        var refused = await Assert.ThrowsAsync<LinkRefusedException>(
            () => TlsLinks.AcceptAsync(there, _server, default));
        Assert.Contains("closed the connection before its first byte", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ServerOfAnotherName_IsNotTrusted()
    {
        using TlsIdentity client = IdentityOf(_authority, Now, "worker");
        string reason = await DistrustAsync(client, "coordinator.example");
        Assert.Contains("valid for localhost, 127.0.0.1, not for coordinator.example", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ServerOfAnotherAuthority_IsNotTrusted()
    {
        using CertificateAuthority other = CertificateAuthority.Create("foreign", Now);
        using TlsIdentity client = IdentityOf(other, Now, "worker");
        Assert.Contains(
            "issued by another authority (test authority), expected foreign authority",
            await DistrustAsync(client, "localhost"), StringComparison.Ordinal);
    }

    /// <summary>A coordinator that dies in the middle of a handshake is no stranger: its workers come again.</summary>
    [Fact]
    public async Task Connect_ServerThatGoesAway_MayBeTriedAgain()
    {
        using TlsIdentity client = IdentityOf(_authority, Now, "worker");
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        await there.DisposeAsync();

        var refused = await Assert.ThrowsAsync<LinkRefusedException>(
            () => TlsLinks.ConnectAsync(here, "localhost", client, default));

        Assert.False(refused.IsFinal);
        Assert.EndsWith("; perhaps it speaks no TLS", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>One side has certificates and the other has none: both say so, in either order.</summary>
    [Theory]
    [InlineData(
        true, "it speaks plain text, this cluster wants TLS",
        "the connection ended before admission (a coordinator that wants TLS ends it when a node comes without --tls-certificate)")]
    [InlineData(
        false, "it speaks TLS, this cluster has none; start all nodes with --tls-certificate, or none", "; perhaps it speaks no TLS")]
    public async Task Dial_OneSideAloneWithTls_BothSayWhy(bool coordinatorHasTls, string expectedThere, string expectedHere)
    {
        using TlsIdentity client = IdentityOf(_authority, Now, "worker");
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var acceptor = new LinkAcceptor(
            new IPEndPoint(IPAddress.Loopback, 0), "token", coordinatorHasTls ? _server : null);
        acceptor.Start(link => link.Stream.Dispose(), line => said.TrySetResult(line));
        var dialer = new LinkDialer("127.0.0.1", acceptor.Address.Port, "token", coordinatorHasTls ? null : client);

        var refused = await Assert.ThrowsAsync<LinkException>(
            () => dialer.DialAsync(LinkRole.Control, default, default));

        Assert.False(refused.IsFinal);
        Assert.EndsWith(expectedHere, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($" was refused: {expectedThere}", await said.Task.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OwnCertificateThatPeersWouldRefuse_IsToldAtTheStart()
    {
        using var folder = new TemporaryFolder();
        using CertificateAuthority other = CertificateAuthority.Create("foreign", Now);
        PemFiles.Write(_server.Certificate, folder["node.pem"], folder["node.key"]);
        PemFiles.Write(other.Root, folder["ca.pem"], folder["ca.key"]);
        var refused = Assert.Throws<CredentialException>(() => TlsIdentity.Load(
            new TlsFiles(folder["node.pem"], folder["node.key"], folder["ca.pem"])));
        Assert.Contains("would be refused by every peer", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>What the server says of a client with this identity, or with none.</summary>
    private async Task<string> RefusalAsync(TlsIdentity? client)
    {
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        Task<SslStream> accepting = TlsLinks.AcceptAsync(there, _server, default);
        await using var near = new SslStream(here);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            ClientCertificateContext = client is null
                ? null
                : SslStreamCertificateContext.Create(client.Certificate, null, offline: true),
        };
        try
        {
            await near.AuthenticateAsClientAsync(options);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            // Under TLS 1.2 the refusal reaches the client in the handshake, under TLS 1.3 after it.
        }

        return (await Assert.ThrowsAsync<LinkRefusedException>(() => accepting)).Message;
    }

    private async Task<string> DistrustAsync(TlsIdentity client, string host)
    {
        (NetworkStream here, NetworkStream there) = await ConnectAsync();
        Task<SslStream> accepting = TlsLinks.AcceptAsync(there, _server, default);
        var refused = await Assert.ThrowsAsync<LinkRefusedException>(
            () => TlsLinks.ConnectAsync(here, host, client, default));
        await Record.ExceptionAsync(() => accepting);
        return refused.Message;
    }

    private async Task<(NetworkStream Here, NetworkStream There)> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_listener.LocalEndpoint);
        Socket server = await _listener.AcceptSocketAsync();
        return (new NetworkStream(client, ownsSocket: true), new NetworkStream(server, ownsSocket: true));
    }

    private static async Task<string> ReadAsync(Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
