using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The coordinator of a cluster: listens, admits workers and trains with those that are there.</summary>
public static class ClusterCoordinator
{
    /// <param name="cancellation">Ends the run in good order: a checkpoint is written and the result says where.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the data was ready.</exception>
    /// <exception cref="TrainingException">The run cannot start (a busy port, ...): what, and what to do.</exception>
    public static async Task<TrainingResult> RunAsync(
        ClusterRequest request, ITrainingObserver observer, CancellationToken cancellation)
    {
        var acceptor = new LinkAcceptor(request.Listen, request.Token, request.Tls);
        await using (acceptor.ConfigureAwait(false))
        {
            RunSession session = RunSession.Open(SettingsOf(request), observer, cancellation);
            await using (session.ConfigureAwait(false))
            {
                return await RunAsync(session, acceptor, request, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<TrainingResult> RunAsync(
        RunSession session, LinkAcceptor acceptor, ClusterRequest request, CancellationToken cancellation)
    {
        var cluster = new LinkedCluster(session, acceptor);
        await using (cluster.ConfigureAwait(false))
        {
            request.Listening?.Invoke(acceptor.Address);
            RunEnd end = await session.RunAsync(cancellation).ConfigureAwait(false);
            return await session.FinishAsync(end).ConfigureAwait(false);
        }
    }

    private static SessionSettings SettingsOf(ClusterRequest request) => new()
    {
        Run = request.Run,
        Data = request.Data,
        OutFolder = request.OutFolder,
        Resume = request.Resume,
        Force = request.Force,
        Engine = "cluster",
        Workers = 0,
        ThreadsPerWorker = 0,
        WorkersMin = request.WorkersMin,
        WorkersAtStart = request.WorkersMin,
        SharesData = true,
        Link = request.Link,
    };
}
