namespace DistTrain.Runtime;

/// <summary>A session that listens for workers: what becomes of the acceptor's links, for as long as the run lasts.</summary>
internal sealed class LinkedCluster : IAsyncDisposable
{
    private readonly WorkerHub _hub;
    private readonly LinkAcceptor _acceptor;

    /// <param name="acceptor">Not started yet; the caller disposes it too, for the case that no session comes about.</param>
    public LinkedCluster(RunSession session, LinkAcceptor acceptor)
    {
        _hub = new WorkerHub(
            session.Coordinator, session.Coordinator.NextWorkerId, session.Run, session.DataFile, session.Link);
        _acceptor = acceptor;
        _acceptor.Start(_hub.Take, session.Say);
    }

    public async ValueTask DisposeAsync()
    {
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        await _hub.DisposeAsync().ConfigureAwait(false);
    }
}
