using Akka.Actor;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>One worker as the core sees it: control messages to its actor, weights over its tensor link.</summary>
internal sealed class AkkaWorkerPort(IActorRef worker, IActorRef coordinator, int attempt, IWorkerPort tensors)
    : IWorkerPort
{
    public IActorRef Worker => worker;

    public string Address => tensors.Address;

    public void Send(CoordinatorMessage message) => worker.Tell(message, coordinator);

    public void SendWeights(CoordinatorMessage.Weights header, WeightBuffer weights, int start, int length) =>
        tensors.SendWeights(header, weights, start, length);

    public void Close(string reason)
    {
        worker.Tell(new LinkMessage.Closed(attempt, reason), coordinator);
        tensors.Close(reason);
    }
}
