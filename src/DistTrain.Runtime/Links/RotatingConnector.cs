using System.Diagnostics;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>
/// Several ways to a run. The first is tried a few times, since a node that died is mostly started again; then the next, and
/// so on in a ring. After a connection that lasted, the first comes first again.
/// </summary>
internal sealed class RotatingConnector(IReadOnlyList<(IConnector Connector, LinkDialer Dialer)> ways) : IConnector
{
    /// <summary>Attempts at one way before the next; with the worker's back-off about a second and a half.</summary>
    public const int TriesEach = 5;

    /// <summary>Attempts so far apart have a connection between them that was of use.</summary>
    private static readonly TimeSpan Lasted = TimeSpan.FromSeconds(10);

    private long? _lastAttempt;
    private int _tries;

    public static RotatingConnector For(
        IEnumerable<(string Host, int Port)> nodes, string token, TlsIdentity? tls, LinkKind link = LinkKind.Auto) => new(
    [
        .. nodes.Select(node => new LinkDialer(node.Host, node.Port, token, tls))
            .Select(dialer => ((IConnector)new TcpConnector(dialer, link), dialer)),
    ]);

    /// <summary>The way of the last attempt.</summary>
    public LinkDialer Dialer => ways[Way].Dialer;

    private int Way => Math.Max(0, _tries - 1) / TriesEach % ways.Count;

    public Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation)
    {
        bool isAnew = _lastAttempt is long last && Stopwatch.GetElapsedTime(last) > Lasted;
        _lastAttempt = Stopwatch.GetTimestamp();
        _tries = isAnew ? 1 : _tries + 1;
        return ways[Way].Connector.ConnectAsync(worker, cancellation);
    }
}
