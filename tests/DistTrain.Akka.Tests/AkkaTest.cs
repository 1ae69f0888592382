using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka.Tests;

/// <summary>A local actor system, and the worker's part of the way into a run played by probes.</summary>
public abstract class AkkaTest() : TestKit("""
    akka {
      # The test kit's own logger prints dead letters, whatever the level.
      loggers = ["Akka.Event.DefaultLogger, Akka"]
      loglevel = OFF, stdout-loglevel = OFF
      test.default-timeout = 10s
    }
    """)
{
    /// <summary>A worker that is a probe: the test says what it says, and sees what it is told.</summary>
    internal sealed record ProbeWorker(TestProbe Probe, ICoordinatorPort Tensors, CoordinatorMessage.Welcome Welcome)
    {
        public void Say(IActorRef coordinator, WorkerMessage message) => coordinator.Tell(message, Probe);
    }

    /// <summary>Asks, opens the tensor link and says hello; the answer is the welcome.</summary>
    internal ProbeWorker Join(IActorRef coordinator, InMemorySession session, string name)
    {
        TestProbe probe = CreateTestProbe(name);
        coordinator.Tell(new LinkMessage.Ask(1), probe);
        LinkMessage.Offer offer = probe.ExpectMsg<LinkMessage.Offer>();
        Assert.Equal(session.TensorPort, offer.Port);
        ICoordinatorPort tensors = session.Open(offer.Ticket, _ => { })!;
        probe.ExpectMsg<LinkMessage.Opened>();
        coordinator.Tell(new WorkerMessage.Hello(ProtocolVersions.Current, name, 1), probe);
        return new ProbeWorker(probe, tensors, probe.ExpectMsg<CoordinatorMessage.Welcome>());
    }

    internal static void BecomeReady(IActorRef coordinator, ProbeWorker worker) => worker.Say(
        coordinator,
        new WorkerMessage.Ready(worker.Welcome.Term, worker.Welcome.RunHash, worker.Welcome.DataHash));
}
