namespace DistTrain.Runtime;

/// <summary>Joins a worker to a coordinator over TCP: a control link, then the tensor link of the same session.</summary>
internal sealed class TcpConnector(LinkDialer dialer, LinkKind link = LinkKind.Auto) : IConnector
{
    public async Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation)
    {
        LinkSession session = LinkSession.New();
        Stream control = await dialer.DialAsync(LinkRole.Control, session, cancellation).ConfigureAwait(false);
        try
        {
            Stream tensor = await dialer.DialAsync(LinkRole.Tensor, session, cancellation).ConfigureAwait(false);
            return new TcpCoordinatorPort(control, tensor, worker, link);
        }
        catch
        {
            await control.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
