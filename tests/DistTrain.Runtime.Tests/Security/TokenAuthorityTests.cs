using DistTrain.Runtime.Security;

namespace DistTrain.Runtime.Tests.Security;

public class TokenAuthorityTests
{
    private const string Secret = "2pMZ0iXwq5xg0yqk9vYtNQ==";
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public void Derive_SameTokenOnTwoNodes_TrustEachOther()
    {
        using TlsIdentity here = TokenAuthority.Derive(new ClusterToken(Secret), Now);
        using TlsIdentity there = TokenAuthority.Derive(new ClusterToken(Secret + "\n"), Now.AddMinutes(-40));
        Assert.NotEqual(here.Certificate.Thumbprint, there.Certificate.Thumbprint);
        Assert.Null(PeerCertificates.ReasonToRefuse(there.Certificate, here.Authorities, Now));
        Assert.Null(PeerCertificates.ReasonToRefuse(here.Certificate, there.Authorities, Now));
    }

    [Fact]
    public void Derive_AnotherToken_IsAnotherAuthority()
    {
        using TlsIdentity here = TokenAuthority.Derive(new ClusterToken(Secret), Now);
        using TlsIdentity stranger = TokenAuthority.Derive(new ClusterToken("3" + Secret[1..]), Now);
        Assert.Contains(
            "another authority", PeerCertificates.ReasonToRefuse(stranger.Certificate, here.Authorities, Now),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Derive_ShortToken_IsRefused()
    {
        var refused = Assert.Throws<CredentialException>(
            () => TokenAuthority.Derive(new ClusterToken("correct-horse"), Now));
        Assert.Contains("13 characters", refused.Message, StringComparison.Ordinal);
    }
}
