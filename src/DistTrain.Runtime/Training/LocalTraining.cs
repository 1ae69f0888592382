using System.Net;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The local engine: trains on this machine, on worker actors in this process or on worker processes.</summary>
public static class LocalTraining
{
    /// <param name="cancellation">Ends the run in good order: a checkpoint is written and the result says where.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the data was ready.</exception>
    /// <exception cref="TrainingException">The run cannot start: what, and what to do, in one sentence.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="Models.ModelException">The model cannot be built on this data.</exception>
    public static async Task<TrainingResult> RunAsync(
        TrainingRequest request, ITrainingObserver observer, CancellationToken cancellation)
    {
        if (request.Workers < 1 || request.ThreadsPerWorker < 1)
        {
            throw new TrainingException(
                $"{request.Workers} workers with {request.ThreadsPerWorker} threads are too few, at least 1 of each is needed");
        }

        if (request.Processes && OpenFileLimit.Describe(
            request.Workers == 1 ? "1 worker process" : $"{request.Workers} worker processes", FilesNeeded(request)) is { } shortage)
        {
            throw new TrainingException(shortage);
        }

        RunSession session = RunSession.Open(SettingsOf(request), observer, cancellation);
        await using (session.ConfigureAwait(false))
        {
            return request.Processes
                ? await RunProcessesAsync(session, request, cancellation).ConfigureAwait(false)
                : await RunInProcessAsync(session, request, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<TrainingResult> RunInProcessAsync(
        RunSession session, TrainingRequest request, CancellationToken cancellation)
    {
        var aggregators = new AggregatorTree(
            TreeOf(request), session.Coordinator, session.Run, request.ThreadsPerWorker, session.Supervision);
        await using (aggregators.ConfigureAwait(false))
        {
            var crew = new WorkerCrew(
                request.Workers,
                (name, index) =>
                {
                    var connector = new InProcessConnector(() => aggregators.AboveWorker(index), session.Run);
                    return new WorkerActor(name, request.ThreadsPerWorker, new ProtocolTimes(), connector, connector);
                },
                session.Supervision);
            await using (crew.ConfigureAwait(false))
            {
                RunEnd end = await session.RunAsync(cancellation).ConfigureAwait(false);
                return await session.FinishAsync(end).ConfigureAwait(false);
            }
        }
    }

    private static async Task<TrainingResult> RunProcessesAsync(
        RunSession session, TrainingRequest request, CancellationToken cancellation)
    {
        string token = ChildProcesses.NewToken();
        var acceptor = new LinkAcceptor(new IPEndPoint(IPAddress.Loopback, 0), token, tls: null);
        var cluster = new LinkedCluster(session, acceptor);
        await using (cluster.ConfigureAwait(false))
        {
            var processes = new RunProcesses(TreeOf(request), acceptor.Address, request.ThreadsPerWorker, request.Link);
            var children = new ChildProcesses(request.WorkerCommand, token, processes.All(), session.Supervision);
            await using (children.ConfigureAwait(false))
            {
                RunEnd end = await session.RunAsync(cancellation).ConfigureAwait(false);
                return await session.FinishAsync(end).ConfigureAwait(false);
            }
        }
    }

    private static SessionSettings SettingsOf(TrainingRequest request) => new()
    {
        Run = request.Run.OnOneMachine(),
        Data = request.Data,
        OutFolder = request.OutFolder,
        Resume = request.Resume,
        Force = request.Force,
        Engine = request.Processes ? "processes" : "in-process",
        Workers = request.Workers,
        ThreadsPerWorker = request.ThreadsPerWorker,
        WorkersMin = 1,
        WorkersAtStart = TreeOf(request).CoordinatorChildren,
        SharesData = request.Processes,
        Link = request.Link,
        SharesEvenly = request.SharesEvenly,
    };

    private static int FilesNeeded(TrainingRequest request) => OpenFileLimit.OfANode
        + (OpenFileLimit.OfAWorkerProcess * (request.Workers + TreeOf(request).Aggregators));

    private static FanInTree TreeOf(TrainingRequest request) => FanInTree.For(request.Workers, request.Run.Cluster.FanIn);
}
