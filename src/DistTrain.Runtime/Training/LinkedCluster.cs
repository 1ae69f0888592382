using System.Net;
using DistTrain.Runtime.Security;

namespace DistTrain.Runtime;

/// <summary>A session that listens for workers: the acceptor and what becomes of its links, for as long as the run lasts.</summary>
internal sealed class LinkedCluster : IAsyncDisposable
{
    private readonly WorkerHub _hub;
    private readonly LinkAcceptor _acceptor;

    /// <exception cref="TrainingException">The address cannot be listened on.</exception>
    public LinkedCluster(RunSession session, IPEndPoint listen, string token, TlsIdentity? tls)
    {
        _hub = new WorkerHub(
            session.Coordinator, session.Coordinator.NextWorkerId, session.Run, session.DataFile);
        try
        {
            _acceptor = new LinkAcceptor(listen, token, tls, _hub.Take, session.Say);
        }
        catch
        {
            _hub.Dispose();
            throw;
        }

        _acceptor.Start();
    }

    public IPEndPoint Address => _acceptor.Address;

    public async ValueTask DisposeAsync()
    {
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        _hub.Dispose();
    }
}
