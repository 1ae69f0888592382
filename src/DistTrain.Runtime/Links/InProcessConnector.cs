using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Joins workers to a coordinator of the same process, and lends them its run and data.</summary>
public sealed class InProcessConnector(CoordinatorActor coordinator, LoadedRun run) : IConnector, IRunSource
{
    public Task<ICoordinatorPort> ConnectAsync(Actor<WorkerInput> worker, CancellationToken cancellation) =>
        InProcessLink.OpenAsync(coordinator, worker, cancellation);

    public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
        welcome.RunHash == run.RunHash
            ? Task.FromResult(run)
            : throw new TrainingException("the coordinator trains another run than the one of this process");
}
