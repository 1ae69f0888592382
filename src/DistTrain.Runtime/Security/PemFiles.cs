using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DistTrain.Runtime.Security;

/// <summary>Certificates and keys as PEM files. Private keys are readable by their owner alone (0600).</summary>
public static class PemFiles
{
    /// <exception cref="CredentialException">
    /// A file is missing, cannot be read or is no PEM file, or key and certificate do not belong together.
    /// </exception>
    public static X509Certificate2 ReadCertificateWithKey(string certificateFile, string keyFile)
    {
        RequireFile(certificateFile, "certificate");
        RequireFile(keyFile, "private key");
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CredentialException(
                $"{certificateFile} and {keyFile} are not a certificate and its private key in PEM form "
                + $"({failure.Message.TrimEnd('.')}); make a pair with: disttrain certificates", failure);
        }
    }

    /// <summary>All certificates of a PEM file: the authorities to trust.</summary>
    /// <exception cref="CredentialException">The file is missing, cannot be read or holds no certificate.</exception>
    public static X509Certificate2Collection ReadCertificates(string file)
    {
        RequireFile(file, "authority's certificate");
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (CryptographicException failure)
        {
            throw new CredentialException(
                $"{file} is not a certificate in PEM form ({failure.Message.TrimEnd('.')})", failure);
        }

        return certificates.Count > 0
            ? certificates
            : throw new CredentialException($"{file} holds no certificate; expected the authority's ca.pem");
    }

    /// <summary>Writes the certificate, readable by everybody, and its key (PKCS #8), readable by the owner alone.</summary>
    /// <exception cref="CredentialException">A file is there already: keys are never overwritten.</exception>
    public static void Write(X509Certificate2 certificate, string certificateFile, string keyFile)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()
            ?? throw new ArgumentException("the certificate has no ECDSA key", nameof(certificate));
        WriteNew(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        WriteNew(certificateFile, certificate.ExportCertificatePem() + "\n", Readable);
    }

    private static void WriteNew(string file, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            using var writer = new StreamWriter(file, options);
            writer.Write(text);
        }
        catch (IOException failure) when (File.Exists(file))
        {
            throw new CredentialException(
                $"{file} is there already and is not overwritten; remove it or choose another folder", failure);
        }
    }

    private static void RequireFile(string file, string what)
    {
        if (!File.Exists(file))
        {
            throw new CredentialException($"{file}: no such file; expected the {what} in PEM form");
        }

        try
        {
            using FileStream readable = File.OpenRead(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException(
                $"{file} cannot be read ({failure.Message.TrimEnd('.')}); whoever runs the node must be able to read the {what}",
                failure);
        }
    }

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
}
