using System.Security.Cryptography;
using System.Text;

namespace DistTrain.Runtime.Security;

/// <summary>The cluster's shared secret. Compared in constant time, never printed.</summary>
public sealed class ClusterToken
{
    private readonly byte[] _hash;

    /// <exception cref="CredentialException">The text is too short to be a secret, or too long.</exception>
    public ClusterToken(string secret)
    {
        Secret = secret.Trim();
        if (Secret.Length is < CharactersMin or > CharactersMax)
        {
            throw new CredentialException(
                $"the token has {Secret.Length} characters, expected {CharactersMin} to {CharactersMax}; "
                + "make one with: head -c 32 /dev/urandom | base64");
        }

        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(Secret));
    }

    /// <summary>For the link alone, never for a log.</summary>
    public string Secret { get; }

    /// <summary>Takes the same time for any wrong token, whatever its length or first wrong character.</summary>
    public bool Matches(ReadOnlySpan<byte> offered)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(offered, hash);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }

    /// <summary>So that no log or exception shows it by accident.</summary>
    public override string ToString() => "(token)";

    /// <summary>
    /// From the file given, else the file that DISTTRAIN_TOKEN_FILE names, else DISTTRAIN_TOKEN. Not from the command
    /// line, where every user of the machine could read it.
    /// </summary>
    /// <returns>Null: none is set.</returns>
    /// <exception cref="CredentialException">The file cannot be read, or the token is no token.</exception>
    public static ClusterToken? Find(string? file, Func<string, string?> environment)
    {
        file = string.IsNullOrEmpty(file) ? environment(FileVariable) : file;
        if (!string.IsNullOrEmpty(file))
        {
            try
            {
                return new ClusterToken(File.ReadAllText(file));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new CredentialException($"the token file {file} cannot be read: {failure.Message}", failure);
            }
        }

        string? text = environment(Variable);
        return string.IsNullOrEmpty(text) ? null : new ClusterToken(text);
    }

    public const string Variable = "DISTTRAIN_TOKEN";
    public const string FileVariable = "DISTTRAIN_TOKEN_FILE";

    private const int CharactersMin = 8;
    private const int CharactersMax = 1024;
}
