using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Both ends of a connection inside one process. Nothing is copied: weights are shared, sums change hands by reference.
/// </summary>
public sealed class InProcessLink : IWorkerPort, ICoordinatorPort
{
    private readonly WorkerId _id;
    private readonly ICrewNode _coordinator;
    private readonly IMailbox<WorkerInput> _worker;
    private int _isClosed;

    private InProcessLink(WorkerId id, ICrewNode coordinator, IMailbox<WorkerInput> worker)
    {
        _id = id;
        _coordinator = coordinator;
        _worker = worker;
    }

    string IWorkerPort.Address => "in process";

    /// <exception cref="LinkException">The coordinator has ended.</exception>
    public static async Task<ICoordinatorPort> OpenAsync(
        ICrewNode coordinator, IMailbox<WorkerInput> worker, CancellationToken cancellation)
    {
        WorkerId id = coordinator.NextWorkerId();
        var link = new InProcessLink(id, coordinator, worker);
        return await coordinator.PostAsync(new CoordinatorInput.Connected(id, link), cancellation).ConfigureAwait(false)
            ? link
            : throw new LinkException("the coordinator has ended", isFinal: false);
    }

    void IWorkerPort.Send(CoordinatorMessage message) => ToWorker(new WorkerInput.Arrived(this, message));

    void IWorkerPort.SendWeights(CoordinatorMessage.Weights header, WeightBuffer weights, int start, int length)
    {
        weights.Retain();
        ToWorker(new WorkerInput.WeightsArrived(this, header, weights));
    }

    void IWorkerPort.Close(string reason)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _worker.TryPost(new WorkerInput.Disconnected(this, reason));
        }
    }

    void ICoordinatorPort.Send(WorkerMessage message) => ToCoordinator(new CoordinatorInput.Arrived(_id, message));

    void ICoordinatorPort.SendPartial(WorkerMessage.PartialSum header, SumView sums)
    {
        sums.Buffer.Retain();
        ToCoordinator(new CoordinatorInput.PartialArrived(_id, header, sums));
    }

    ISpareWork? ICoordinatorPort.SpareWork => _coordinator.SpareWork;

    bool ICoordinatorPort.TakesUnchecked(SumBuffer sums) => true;

    void ICoordinatorPort.Start()
    {
    }

    void ICoordinatorPort.ExpectWeights(BucketPlan buckets)
    {
    }

    void ICoordinatorPort.Close(string reason)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _coordinator.TryPost(new CoordinatorInput.Disconnected(_id, reason));
        }
    }

    private void ToWorker(WorkerInput input)
    {
        if (Volatile.Read(ref _isClosed) == 0 && _worker.TryPost(input))
        {
            return;
        }

        WorkerCore.Discard(input);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _coordinator.TryPost(new CoordinatorInput.Disconnected(_id, "its mailbox takes nothing any more"));
        }
    }

    private void ToCoordinator(CoordinatorInput input)
    {
        if (Volatile.Read(ref _isClosed) == 0 && _coordinator.TryPost(input))
        {
            return;
        }

        CoordinatorCore.Discard(input);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _worker.TryPost(new WorkerInput.Disconnected(this, "the coordinator's mailbox takes nothing any more"));
        }
    }
}
