using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Joins nodes to a coordinator or aggregator of the same process, and lends them its run and data.</summary>
/// <param name="above">The node of the moment: one that died may have been started afresh.</param>
public sealed class InProcessConnector(Func<ICrewNode> above, LoadedRun run) : IConnector, IRunSource
{
    public Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation) =>
        InProcessLink.OpenAsync(above(), worker, cancellation);

    public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
        welcome.RunHash == run.RunHash
            ? Task.FromResult(run)
            : throw new TrainingException("the coordinator trains another run than the one of this process");
}
