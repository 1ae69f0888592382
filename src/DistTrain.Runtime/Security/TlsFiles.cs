namespace DistTrain.Runtime.Security;

/// <summary>Where a node's TLS identity lies: three PEM files.</summary>
/// <param name="Certificate">This node's certificate.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Authority">The certificate of the one authority whose nodes are let in.</param>
public sealed record TlsFiles(string Certificate, string Key, string Authority)
{
    /// <summary>Three paths, or none for no TLS.</summary>
    /// <exception cref="CredentialException">Some are given and others are missing.</exception>
    public static TlsFiles? From(string? certificate, string? key, string? authority)
    {
        string[] missing =
        [
            .. new[] { (certificate, "--tls-certificate"), (key, "--tls-key"), (authority, "--tls-authority") }
                .Where(part => string.IsNullOrEmpty(part.Item1)).Select(part => part.Item2),
        ];
        return missing.Length switch
        {
            3 => null,
            0 => new TlsFiles(certificate!, key!, authority!),
            _ => throw new CredentialException(
                $"TLS needs a certificate, its key and the authority's certificate; missing: {string.Join(", ", missing)}"),
        };
    }
}
