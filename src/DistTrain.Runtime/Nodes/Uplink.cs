namespace DistTrain.Runtime;

/// <summary>Makes a node's connections to the one above it, one attempt at a time, and puts what comes of them into its mailbox.</summary>
/// <param name="refused">Told when coming back cannot help; the reason says why.</param>
internal sealed class Uplink(IConnector connector, IMailbox<WorkerInput> node, Action<string> refused) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Connects, not before the time has passed; answers Connected or Disconnected.</summary>
    public async Task ConnectAsync(TimeSpan after)
    {
        try
        {
            if (after > TimeSpan.Zero)
            {
                await Task.Delay(after, _ending.Token).ConfigureAwait(false);
            }

            ICoordinatorPort port = await connector.ConnectAsync(node, _ending.Token).ConfigureAwait(false);
            if (!await node.PostAsync(new WorkerInput.Connected(port), _ending.Token).ConfigureAwait(false))
            {
                port.Close("the node has ended");
                return;
            }

            port.Start();
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The node ends.
        }
        catch (LinkException refusal) when (refusal.IsFinal)
        {
            refused(refusal.Message);
        }
#pragma warning disable CA1031 // Nobody else learns of it: a node that is not told that connecting failed never tries again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            node.TryPost(new WorkerInput.Disconnected(null, failure.Message));
        }
    }

    public void Dispose() => _ending.Cancel();
}
