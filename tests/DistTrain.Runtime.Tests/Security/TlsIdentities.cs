using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime.Tests.Security;

internal static class TlsIdentities
{
    /// <summary>A node of this authority's cluster, valid for a week from <paramref name="now"/>.</summary>
    public static TlsIdentity IdentityOf(CertificateAuthority authority, DateTimeOffset now, params string[] hosts) =>
        new(authority.Issue(hosts, now, daysValid: 7), [X509CertificateLoader.LoadCertificate(authority.Root.RawData)]);

    /// <summary>Two ends of one connection after the handshake of a cluster of their own; the near end is the coordinator's.</summary>
    public static async Task<(SslStream Near, SslStream Far)> EncryptAsync(NetworkStream near, NetworkStream far)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using CertificateAuthority authority = CertificateAuthority.Create("test", now.AddDays(-1));
        using TlsIdentity coordinator = IdentityOf(authority, now, "localhost");
        using TlsIdentity worker = IdentityOf(authority, now, "worker");
        Task<SslStream> accepting = TlsLinks.AcceptAsync(near, coordinator, default);
        SslStream farTls = await TlsLinks.ConnectAsync(far, "localhost", worker, default);
        return (await accepting, farTls);
    }
}
