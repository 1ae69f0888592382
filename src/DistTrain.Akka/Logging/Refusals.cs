using System.Security.Authentication;
using System.Text.RegularExpressions;
using DotNetty.Handlers.Tls;

namespace DistTrain.Akka;

/// <summary>Akka.Remote's words for peers that TLS refuses, put into those of the tensor links: who, and why.</summary>
internal static partial class Refusals
{
    /// <param name="line">What Akka would log.</param>
    /// <returns>The line to log; null: none, another line says it. Two lines of one handshake may give the same.</returns>
    public static string? Describe(string line, Exception? cause)
    {
        if (WithoutCertificate().Match(line) is { Success: true } unnamed)
        {
            return $"{Peer(unnamed)} was refused: it showed no certificate";
        }

        if (Rejected().IsMatch(line))
        {
            return null;
        }

        if (cause is null || OnChannel().Match(line) is not { Success: true } channel)
        {
            return line;
        }

        return cause.GetBaseException() switch
        {
            NotSslRecordException => $"{Peer(channel)} was refused: it speaks plain text, this cluster wants TLS",
            AuthenticationException refused when refused.Message.Contains(JudgesName, StringComparison.Ordinal) => null,
            Exception other => $"{Peer(channel)}: {other.Message.Split('\n')[0].TrimEnd('.', '\r')}",
        };
    }

    /// <summary>What makes two lines the same news: a refused peer comes again from another port.</summary>
    public static string NewsOf(string line) => PortOfRefused().Replace(line, "", 1);

    /// <summary>An IPv4 address that came through an IPv6 socket is still one.</summary>
    public static string PeerName(string address) => MappedAddress().Replace(address, "$1:");

    private static string Peer(Match match) => PeerName(match.Groups["peer"].Value);

    [GeneratedRegex(@"client did not provide a certificate from (?<peer>\S+)")]
    private static partial Regex WithoutCertificate();

    [GeneratedRegex(@"^(Error caught|TLS handshake failed on) channel \[.*->(?<peer>.+)\]\(Id=")]
    private static partial Regex OnChannel();

    [GeneratedRegex("^Rejected incoming connection from .* due to TLS handshake failure")]
    private static partial Regex Rejected();

    [GeneratedRegex(@"\[::ffff:([0-9.]+)\]:")]
    private static partial Regex MappedAddress();

    [GeneratedRegex(@"(?<=^\S+):\d+(?= was refused: )")]
    private static partial Regex PortOfRefused();

    /// <summary>The framework names it when it says no.</summary>
    private const string JudgesName = "RemoteCertificateValidationCallback";
}
