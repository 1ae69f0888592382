using System.Security.Cryptography.X509Certificates;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime.Tests.Security;

internal static class TlsIdentities
{
    /// <summary>A node of this authority's cluster, valid for a week from <paramref name="now"/>.</summary>
    public static TlsIdentity IdentityOf(CertificateAuthority authority, DateTimeOffset now, params string[] hosts) =>
        new(authority.Issue(hosts, now, daysValid: 7), [X509CertificateLoader.LoadCertificate(authority.Root.RawData)]);
}
