using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>An aggregator that joins the node above over the network, and takes in workers until the run ends.</summary>
public static class AggregatorNode
{
    /// <summary>How an aggregator's name begins; its address follows, so that people can ask it who stands behind it.</summary>
    public const string NamePrefix = "aggregator ";

    /// <param name="leave">It is asked to go: what it was given goes to others, its workers find another node.</param>
    /// <returns>How it ended: completed with the run, stopped on request, or failed with the reason.</returns>
    /// <exception cref="TrainingException">The address cannot be listened on.</exception>
    public static async Task<RunEnd> RunAsync(AggregatorRequest request, CancellationToken leave)
    {
        // The port is taken at once, so that the name can tell it; who connects waits until the run is known.
        var acceptor = new LinkAcceptor(request.Listen, request.Token, request.Tls);
        await using (acceptor.ConfigureAwait(false))
        {
            RotatingConnector connector = RotatingConnector.For(request.Above, request.Token, request.Tls);
            Action<string> log = request.Log ?? (static _ => { });
            using var source = new RemoteRunSource(
                () => connector.Dialer, request.DataFolder ?? WorkerNode.DefaultDataFolder(), log);
            var settings = new AggregatorSettings(
                request.Name ?? $"{NamePrefix}{acceptor.Address}", request.WorkersAtStart, request.ThreadsExpected,
                new ProtocolTimes());
            var aggregator = new AggregatorActor(settings, source, connector, log) { Delivered = request.Delivered };
            request.Listening?.Invoke(acceptor.Address);
            aggregator.Join();
            using CancellationTokenRegistration leaving = leave.Register(() => ((IMailbox<WorkerInput>)aggregator).TryPost(
                new WorkerInput.LeaveRequested("it was asked to leave")));
            using var orphaned = request.EndWithStandardInput ? new StandardInputWatch(aggregator.Stop) : null;
            WorkerHub? hub = await StartHubAsync(aggregator, source, acceptor, log).ConfigureAwait(false);
            RunEnd end = await aggregator.End.ConfigureAwait(false);
            aggregator.Stop();
            await aggregator.Completion.ConfigureAwait(false);
            if (hub is not null)
            {
                await hub.DisposeAsync().ConfigureAwait(false);
            }

            return end;
        }
    }

    /// <returns>Null: it ended before the run was known.</returns>
    private static async Task<WorkerHub?> StartHubAsync(
        AggregatorActor aggregator, RemoteRunSource source, LinkAcceptor acceptor, Action<string> log)
    {
        try
        {
            LoadedRun run = await aggregator.RunKnown.ConfigureAwait(false);
            // Sums in shared memory are not searched for values that are not finite before the update, which is further up.
            var hub = new WorkerHub(aggregator, aggregator.NextWorkerId, run, source.DataFile, LinkKind.Tcp);
            acceptor.Start(hub.Take, log);
            return hub;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
