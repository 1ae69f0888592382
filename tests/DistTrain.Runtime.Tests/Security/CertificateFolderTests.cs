using System.Security.Cryptography.X509Certificates;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime.Tests.Security;

public class CertificateFolderTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public void Issue_TwoHosts_WritesAuthorityAndBothPairs()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<string> written = CertificateFolder.Issue(folder.Path, ["coordinator", "10.0.0.7"], Now, 365);

        Assert.Equal(
            ["ca.pem", "ca.key", "coordinator.pem", "coordinator.key", "10.0.0.7.pem", "10.0.0.7.key"],
            written.Select(Path.GetFileName));
        using TlsIdentity node = TlsIdentity.Load(
            new TlsFiles(folder["coordinator.pem"], folder["coordinator.key"], folder["ca.pem"]));
        Assert.True(node.Certificate.MatchesHostname("coordinator"));
        Assert.True(node.Certificate.MatchesHostname("localhost"));
        Assert.False(node.Certificate.MatchesHostname("elsewhere"));
        Assert.InRange(node.Certificate.NotAfter.ToUniversalTime(), Now.UtcDateTime.AddDays(364), Now.UtcDateTime.AddDays(366));
    }

    [SkippableFact]
    public void Issue_PrivateKeys_AreReadableByTheirOwnerAlone()
    {
        Skip.If(OperatingSystem.IsWindows(), "file modes are a matter of Unix");
        using var folder = new TemporaryFolder();
        CertificateFolder.Issue(folder.Path, ["node"], Now, 1);
        foreach (string key in new[] { "ca.key", "node.key" })
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(folder[key]).UnixFileMode);
        }
    }

    [Fact]
    public void Issue_FurtherHosts_AreSignedByTheAuthorityThatIsThere()
    {
        using var folder = new TemporaryFolder();
        CertificateFolder.Issue(folder.Path, ["first"], Now, 30);
        byte[] authority = File.ReadAllBytes(folder["ca.pem"]);
        IReadOnlyList<string> written = CertificateFolder.Issue(folder.Path, ["second"], Now, 30);

        Assert.Equal(["second.pem", "second.key"], written.Select(Path.GetFileName));
        Assert.Equal(authority, File.ReadAllBytes(folder["ca.pem"]));
        X509Certificate2Collection trusted = PemFiles.ReadCertificates(folder["ca.pem"]);
        foreach (string host in new[] { "first", "second" })
        {
            using X509Certificate2 node = PemFiles.ReadCertificateWithKey(
                folder[host + ".pem"], folder[host + ".key"]);
            Assert.Null(PeerCertificates.ReasonToRefuse(node, trusted, Now));
        }
    }

    [Fact]
    public void Issue_HostThatIsThere_IsNotOverwritten()
    {
        using var folder = new TemporaryFolder();
        CertificateFolder.Issue(folder.Path, ["node"], Now, 30);
        byte[] key = File.ReadAllBytes(folder["node.key"]);
        var refused = Assert.Throws<CredentialException>(() => CertificateFolder.Issue(folder.Path, ["node"], Now, 30));
        Assert.Contains("node.key is there already", refused.Message, StringComparison.Ordinal);
        Assert.Equal(key, File.ReadAllBytes(folder["node.key"]));
    }

    [Theory]
    [InlineData("no host is named")]
    [InlineData("'../evil' is neither a host name nor an address", "../evil")]
    [InlineData("'a b' is neither a host name nor an address", "a b")]
    [InlineData("a host cannot be called ca", "ca")]
    [InlineData("host node is named twice", "node", "node")]
    public void Issue_WrongHosts_AreRefusedInWords(string reason, params string[] hosts)
    {
        using var folder = new TemporaryFolder();
        var refused = Assert.Throws<CredentialException>(() => CertificateFolder.Issue(folder.Path, hosts, Now, 30));
        Assert.StartsWith(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Load_MissingOrForeignFiles_AreNamed()
    {
        using var folder = new TemporaryFolder();
        CertificateFolder.Issue(folder.Path, ["a", "b"], Now, 30);
        File.WriteAllText(folder["text.pem"], "no certificate\n");
        string ca = folder["ca.pem"];
        AssertRefused("nowhere.pem: no such file", folder["nowhere.pem"], folder["a.key"], ca);
        AssertRefused("are not a certificate and its private key", folder["a.pem"], folder["b.key"], ca);
        // As it is with one of another user's: that takes a user who is not root, an open file does it for all.
        using (new FileStream(folder["b.key"], FileMode.Open, FileAccess.Read, FileShare.None))
        {
            AssertRefused("b.key cannot be read (", folder["b.pem"], folder["b.key"], ca);
        }

        AssertRefused("are not a certificate and its private key", folder["text.pem"], folder["a.key"], ca);
        AssertRefused("holds no certificate", folder["a.pem"], folder["a.key"], folder["text.pem"]);

        static void AssertRefused(string reason, string certificate, string key, string authority)
        {
            var refused = Assert.Throws<CredentialException>(
                () => TlsIdentity.Load(new TlsFiles(certificate, key, authority)));
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TlsFiles_InPart_NamesWhatIsMissing()
    {
        Assert.Null(TlsFiles.From(null, "", null));
        Assert.Equal(new TlsFiles("c", "k", "a"), TlsFiles.From("c", "k", "a"));
        var refused = Assert.Throws<CredentialException>(() => TlsFiles.From("c", null, null));
        Assert.EndsWith("missing: --tls-key, --tls-authority", refused.Message, StringComparison.Ordinal);
    }
}
