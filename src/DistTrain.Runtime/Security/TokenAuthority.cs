using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DistTrain.Runtime.Security;

/// <summary>
/// Mutual TLS from a shared token alone: the authority's key is derived from the token, so that whoever knows the token
/// can issue itself a certificate, and nobody else can. For links that have no other way to ask for a token.
/// </summary>
/// <remarks>
/// The key is HKDF-SHA256 of the token (RFC 5869), taken modulo the order of P-256. A certificate shows a signature
/// made with that key, against which a guess at the token can be tried without asking the cluster. So the token must be
/// long and random, unlike one that is only asked for over a link.
/// </remarks>
public static class TokenAuthority
{
    /// <returns>An identity that trusts, and is trusted by, those of the same token.</returns>
    /// <exception cref="CredentialException">The token is too short to stand against guessing.</exception>
    public static TlsIdentity Derive(ClusterToken token, DateTimeOffset now)
    {
        if (token.Secret.Length < CharactersMin)
        {
            throw new CredentialException(
                $"the token has {token.Secret.Length} characters; this engine derives keys from it and needs at least "
                + $"{CharactersMin}, make one with: head -c 32 /dev/urandom | base64");
        }

        using ECDsa key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = PrivateKey(token.Secret),
        });
        using CertificateAuthority authority = CertificateAuthority.Create("DistTrain token", key, now);
        X509Certificate2 node = authority.Issue(["disttrain-node"], now, CertificateAuthority.RootDaysValid);
        return new TlsIdentity(node, [X509CertificateLoader.LoadCertificate(authority.Root.RawData)]);
    }

    /// <summary>48 bytes modulo the order, so that no value is noticeably likelier (FIPS 186-5, appendix A.2.1).</summary>
    private static byte[] PrivateKey(string secret)
    {
        byte[] wide = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 48, info: "DistTrain token authority 1"u8.ToArray());
        var number = new System.Numerics.BigInteger(wide, isUnsigned: true, isBigEndian: true);
        System.Numerics.BigInteger scalar = (number % (Order - 1)) + 1;
        byte[] bytes = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] padded = new byte[32];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return padded;
    }

    /// <summary>Of P-256 (FIPS 186-4, appendix D.1.2.3).</summary>
    private static readonly System.Numerics.BigInteger Order = System.Numerics.BigInteger.Parse(
        "115792089210356248762697446949407573529996955224135760342422259061068512044369",
        System.Globalization.CultureInfo.InvariantCulture);

    private const int CharactersMin = 24;
}
