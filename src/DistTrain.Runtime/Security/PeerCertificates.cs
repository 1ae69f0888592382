using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace DistTrain.Runtime.Security;

/// <summary>Whether a certificate was issued by one of our authorities and holds now: the one judgement for every link.</summary>
public static class PeerCertificates
{
    /// <param name="authorities">Trusted roots; the machine's own store counts for nothing.</param>
    /// <returns>Null: it holds. Otherwise the reason in words.</returns>
    public static string? ReasonToRefuse(
        X509Certificate2? certificate, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        if (certificate is null)
        {
            return "it showed no certificate";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (chain.Build(certificate))
        {
            return null;
        }

        X509ChainStatusFlags flags = chain.ChainStatus.Aggregate(
            X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        string name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if ((flags & OtherAuthority) != 0)
        {
            string issuer = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true);
            string ours = string.Join(", ", authorities.Select(ShortName));
            return $"its certificate for {name} was issued by another authority ({issuer}), expected {ours}";
        }

        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            return certificate.NotAfter.ToUniversalTime() < now.UtcDateTime
                ? $"its certificate for {name} expired on {Date(certificate.NotAfter)}"
                : $"its certificate for {name} is not valid before {Date(certificate.NotBefore)}, check the clocks";
        }

        return $"its certificate for {name} does not hold ({flags})";
    }

    private static string ShortName(X509Certificate2 authority) =>
        $"{authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false)} {authority.Thumbprint[..8]}";

    private static string Date(DateTime date) =>
        date.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private const X509ChainStatusFlags OtherAuthority = X509ChainStatusFlags.PartialChain
        | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;
}
