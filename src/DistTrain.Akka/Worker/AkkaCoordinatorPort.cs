using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>The coordinator as a worker's core sees it: control messages to its actor, sums over the tensor link.</summary>
internal sealed class AkkaCoordinatorPort(
    IActorRef coordinator, IActorRef worker, int attempt, ICoordinatorPort tensors) : ICoordinatorPort
{
    public IActorRef Coordinator => coordinator;

    /// <summary>The link under which inputs arrive.</summary>
    public ICoordinatorPort Tensors => tensors;

    public void Start() => tensors.Start();

    public void Send(WorkerMessage message) => coordinator.Tell(message, worker);

    public void SendPartial(WorkerMessage.PartialSum header, SumView sums) => tensors.SendPartial(header, sums);

    public void ExpectWeights(BucketPlan buckets) => tensors.ExpectWeights(buckets);

    /// <remarks>
    /// The last words (a leave, this close) go over Akka and must not come after the link's end, which would make a loss
    /// of them. So the coordinator closes the link when it has heard them; this side does if it does not.
    /// </remarks>
    public void Close(string reason)
    {
        coordinator.Tell(new LinkMessage.Closed(attempt, reason), worker);
        _ = CloseLinkLaterAsync(reason);
    }

    private async Task CloseLinkLaterAsync(string reason)
    {
        await Task.Delay(LastWordTimeMax).ConfigureAwait(false);
        tensors.Close(reason);
    }

    private static readonly TimeSpan LastWordTimeMax = TimeSpan.FromMilliseconds(500);
}
