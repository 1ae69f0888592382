using System.Text.RegularExpressions;

namespace DistTrain.Akka;

/// <summary>
/// Akka's words for nodes that cannot be reached or were taken out, put into the run's own. A node whose coordinator is
/// away meets them every few seconds, several for each attempt.
/// </summary>
internal static partial class ReachWords
{
    /// <param name="line">What Akka would log.</param>
    /// <returns>The line to log; null: none, membership or the worker says it.</returns>
    public static string? Describe(string line)
    {
        if (SaidElsewhere().IsMatch(line))
        {
            return null;
        }

        if (Gated().Match(line) is { Success: true } gated)
        {
            string peer = gated.Groups["peer"].Value;
            Group cause = gated.Groups["cause"];
            return cause.Value.StartsWith(ClosedByPeer, StringComparison.Ordinal)
                ? $"{peer} ended the connection before admission (a node that wants TLS or a token does so when another comes without)"
                : $"{peer} cannot be reached: {(cause.Success ? cause.Value : Shorten(gated.Groups["reason"].Value, peer))}";
        }

        if (NoSeed().Match(line) is { Success: true } seeds)
        {
            return $"no node at {PlainAddresses(seeds.Groups["seeds"].Value)} has let this one into the cluster yet";
        }

        return Decision().Match(line) is { Success: true } decision
            ? $"the split-brain resolver takes out {PlainAddresses(decision.Groups["nodes"].Value)} ({decision.Groups["name"]})"
            : line;
    }

    /// <summary>Its transport repeats the address behind the reason.</summary>
    private static string Shorten(string reason, string peer)
    {
        int address = Address().Match(reason) is { Success: true } match ? match.Index : reason.IndexOf(peer, StringComparison.Ordinal);
        return (address > 0 ? reason[..address] : reason).TrimEnd(' ', ':', '.', '[');
    }

    private static string PlainAddresses(string addresses) => Address().Replace(addresses, "");

    /// <summary>
    /// An association that failed (its gated address tells the cause), members seen as unreachable, a node that is downed
    /// or gives up joining, and the quarantine that follows.
    /// </summary>
    [GeneratedRegex(
        @"^AssociationError \[.*\] -> .*: Error \[(Association failed with|Connection refused|connection timed out|No route to host|Network is unreachable)"
        + @"|^Cluster Node \[.*\] - Marking node\(s\) as UNREACHABLE"
        + @"|^Received gossip where this member has been downed"
        + @"|^Joining of seed-nodes \[.*\] was unsuccessful"
        + @"|^Association to \[.*\] having UID \[.*\] is irrecoverably failed")]
    private static partial Regex SaidElsewhere();

    [GeneratedRegex(
        @"^Tried to associate with unreachable remote address \[akka\.(ssl\.)?tcp://[^@]*@(?<peer>\S+)\]\. Address is .* Reason: "
        + @"\[(?<reason>.*?)\]?( Caused by: \[(\S+Exception( \([^)]*\))?: )?(?<cause>.*?)[\].]*)?$")]
    private static partial Regex Gated();

    [GeneratedRegex(@"^Couldn't join seed nodes after .* seed-nodes=\[(?<seeds>[^\]]*)\]")]
    private static partial Regex NoSeed();

    [GeneratedRegex(@"^SBR took decision (\w+\.)*(?<name>\w+) and is downing \[(?<nodes>[^\]]*)\]")]
    private static partial Regex Decision();

    [GeneratedRegex(@"(akka\.)?(ssl\.)?tcp://[^@]*@")]
    private static partial Regex Address();

    private const string ClosedByPeer = "The remote system explicitly disassociated";
}
