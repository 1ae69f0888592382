using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DistTrain.Runtime.Security;

/// <summary>A node's certificate with key, and the authorities whose nodes it trusts. Lives as long as the node.</summary>
public sealed class TlsIdentity : IDisposable
{
    public TlsIdentity(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        Certificate = certificate;
        Authorities = authorities;
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>With private key.</summary>
    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Authorities { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Reads the files once, at the start, so that a wrong path is told before anything listens.</summary>
    /// <exception cref="CredentialException">A file is missing or wrong, or this node's own certificate would be refused by its peers.</exception>
    public static TlsIdentity Load(TlsFiles files)
    {
        X509Certificate2 certificate = PemFiles.ReadCertificateWithKey(files.Certificate, files.Key);
        X509Certificate2Collection authorities = PemFiles.ReadCertificates(files.Authority);
        if (PeerCertificates.ReasonToRefuse(certificate, authorities, DateTimeOffset.UtcNow) is { } reason)
        {
            certificate.Dispose();
            throw new CredentialException($"{files.Certificate} would be refused by every peer: {reason}");
        }

        return new TlsIdentity(certificate, authorities);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 authority in Authorities)
        {
            authority.Dispose();
        }
    }
}
