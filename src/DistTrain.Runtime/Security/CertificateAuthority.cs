using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DistTrain.Runtime.Security;

/// <summary>
/// A small certificate authority for one cluster: one root key that signs one certificate per node. A node trusts this
/// root and nothing else, so that holding a certificate of it is the admission to the cluster.
/// </summary>
/// <remarks>ECDSA on P-256 with SHA-256. No revocation lists: a lost key is answered by a new authority.</remarks>
public sealed class CertificateAuthority : IDisposable
{
    private readonly X509Certificate2 _root;

    private CertificateAuthority(X509Certificate2 root) => _root = root;

    /// <summary>The root with its private key. Owned by this object.</summary>
    public X509Certificate2 Root => _root;

    /// <param name="clusterName">Goes into the subject, for people.</param>
    /// <param name="now">Validity begins <see cref="ClockSkewMax"/> earlier and lasts <see cref="RootDaysValid"/> days.</param>
    public static CertificateAuthority Create(string clusterName, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Create(clusterName, key, now);
    }

    /// <param name="key">The authority's private key; stays the caller's.</param>
    internal static CertificateAuthority Create(string clusterName, ECDsa key, DateTimeOffset now)
    {
        var request = new CertificateRequest(Subject($"{clusterName} authority"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new CertificateAuthority(
            request.CreateSelfSigned(now - ClockSkewMax, now + TimeSpan.FromDays(RootDaysValid)));
    }

    /// <summary>Takes up an authority made earlier.</summary>
    /// <exception cref="CredentialException">A file is missing, is no PEM file, or key and certificate do not belong together.</exception>
    public static CertificateAuthority Open(string certificateFile, string keyFile) =>
        new(PemFiles.ReadCertificateWithKey(certificateFile, keyFile));

    /// <summary>Issues a certificate that serves both as server and as client.</summary>
    /// <param name="hosts">Names and addresses that peers connect to; at least one. The first is the subject.</param>
    /// <param name="now">Validity begins <see cref="ClockSkewMax"/> earlier, but never before the authority's own.</param>
    /// <param name="daysValid">At most as long as the authority's own.</param>
    /// <returns>The certificate with its private key; the caller disposes it.</returns>
    public X509Certificate2 Issue(IReadOnlyList<string> hosts, DateTimeOffset now, int daysValid)
    {
        ArgumentOutOfRangeException.ThrowIfZero(hosts.Count);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(hosts[0]), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerUsage), new Oid(ClientUsage)], true));
        request.CertificateExtensions.Add(AlternativeNames(hosts));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, false));
        DateTimeOffset start = Later(now - ClockSkewMax, _root.NotBefore);
        DateTimeOffset end = Earlier(now + TimeSpan.FromDays(daysValid), _root.NotAfter);
        using X509Certificate2 bare = request.Create(_root, start, end, Serial());
        return bare.CopyWithPrivateKey(key);
    }

    public void Dispose() => _root.Dispose();

    private static X500DistinguishedName Subject(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTime right) => left > right ? left : new(right);

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTime right) => left < right ? left : new(right);

    /// <summary>16 random bytes, positive (RFC 5280, section 4.1.2.2).</summary>
    private static byte[] Serial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    /// <summary>Ten years: the authority outlives its nodes' certificates.</summary>
    public const int RootDaysValid = 3650;

    /// <summary>Clocks of two nodes may differ by this much on the first day.</summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromHours(1);

    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";
}
