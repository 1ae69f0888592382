using System.CommandLine;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli;

/// <summary>What lets a node into a cluster: the shared secret, and a TLS identity. The same for every command that links.</summary>
internal sealed class LinkOptions
{
    private readonly Option<string?> _tokenFile = File(
        "--token-file",
        $"A file with the cluster's shared secret. Default: {ClusterToken.FileVariable} or {ClusterToken.Variable}.");

    private readonly Option<string?> _certificate = File("--tls-certificate", "This node's certificate (PEM); with it, links use TLS.");

    private readonly Option<string?> _key = File("--tls-key", "The certificate's private key (PEM).");

    private readonly Option<string?> _authority = File("--tls-authority", "The certificate of the cluster's authority (PEM).");

    public void AddTo(Command command)
    {
        command.Options.Add(_tokenFile);
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Options.Add(_authority);
    }

    /// <returns>Empty: there is none.</returns>
    public string ReadToken(ParseResult parsed) =>
        ClusterToken.Find(parsed.GetValue(_tokenFile), Environment.GetEnvironmentVariable)?.Secret ?? "";

    /// <returns>Null: plain TCP.</returns>
    public TlsIdentity? ReadTls(ParseResult parsed) =>
        TlsFiles.From(parsed.GetValue(_certificate), parsed.GetValue(_key), parsed.GetValue(_authority)) is { } files
            ? TlsIdentity.Load(files) : null;

    private static Option<string?> File(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE",
    };
}
