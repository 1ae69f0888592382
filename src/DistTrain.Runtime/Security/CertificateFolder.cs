using System.Security.Cryptography.X509Certificates;

namespace DistTrain.Runtime.Security;

/// <summary>
/// The folder that <c>disttrain certificates</c> makes: <c>ca.pem</c>, <c>ca.key</c> and for each host
/// <c>HOST.pem</c> and <c>HOST.key</c>. Run again with further hosts, it signs them with the authority that is there.
/// </summary>
public static class CertificateFolder
{
    /// <param name="hosts">One certificate each. Each is also valid for localhost, so that a node can be asked on its own machine.</param>
    /// <param name="daysValid">1 or more.</param>
    /// <returns>The files written, authority first.</returns>
    /// <exception cref="CredentialException">No host, a host named twice or with a character that a file name cannot have, files that are there already.</exception>
    public static IReadOnlyList<string> Issue(
        string folder, IReadOnlyList<string> hosts, DateTimeOffset now, int daysValid)
    {
        Check(hosts, daysValid);
        Directory.CreateDirectory(folder);
        string rootFile = Path.Combine(folder, AuthorityFile);
        string rootKeyFile = Path.Combine(folder, AuthorityKeyFile);
        var written = new List<string>();
        bool isThere = File.Exists(rootFile) || File.Exists(rootKeyFile);
        using CertificateAuthority authority = isThere
            ? CertificateAuthority.Open(rootFile, rootKeyFile)
            : CertificateAuthority.Create("DistTrain cluster", now);
        if (!isThere)
        {
            PemFiles.Write(authority.Root, rootFile, rootKeyFile);
            written.AddRange([rootFile, rootKeyFile]);
        }

        foreach (string host in hosts)
        {
            string[] names = host is "localhost" ? ["localhost", "127.0.0.1", "::1"] : [host, "localhost", "127.0.0.1", "::1"];
            using X509Certificate2 node = authority.Issue(names, now, daysValid);
            string stem = Path.Combine(folder, FileStem(host));
            PemFiles.Write(node, stem + ".pem", stem + ".key");
            written.AddRange([stem + ".pem", stem + ".key"]);
        }

        return written;
    }

    private static void Check(IReadOnlyList<string> hosts, int daysValid)
    {
        if (hosts.Count == 0)
        {
            throw new CredentialException("no host is named; give at least one, as in --hosts coordinator,worker");
        }

        if (daysValid < 1)
        {
            throw new CredentialException($"certificates valid for {daysValid} days make no sense; give at least 1");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string host in hosts)
        {
            if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic)
            {
                throw new CredentialException($"'{host}' is neither a host name nor an address");
            }

            if (FileStem(host) is "ca" || !seen.Add(host))
            {
                throw new CredentialException(
                    FileStem(host) is "ca" ? "a host cannot be called ca here: ca.pem is the authority's" : $"host {host} is named twice");
            }
        }
    }

    /// <summary>An IPv6 address has colons, which some file systems refuse.</summary>
    private static string FileStem(string host) => host.Replace(':', '-');

    public const string AuthorityFile = "ca.pem";
    public const string AuthorityKeyFile = "ca.key";

    /// <summary>One year.</summary>
    public const int DaysValidDefault = 365;
}
