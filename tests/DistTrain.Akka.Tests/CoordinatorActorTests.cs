using Akka.Actor;
using DistTrain.Numerics;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka.Tests;

public sealed class CoordinatorActorTests : AkkaTest
{
    private readonly TinyRun _run = new();

    protected override void AfterAll()
    {
        base.AfterAll();
        _run.Dispose();
    }

    [Fact]
    public async Task Assignment_TwoReadyWorkers_GetHalfOfTheShardsEach()
    {
        await using var session = new InMemorySession(_run, workersAtStart: 2);
        IActorRef coordinator = Sys.ActorOf(CoordinatorActor.PropsOf(session));
        ProbeWorker first = Join(coordinator, session, "first");
        ProbeWorker second = Join(coordinator, session, "second");
        BecomeReady(coordinator, first);
        first.Probe.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        BecomeReady(coordinator, second);

        CoordinatorMessage.Assign[] assigned =
            [first.Probe.ExpectMsg<CoordinatorMessage.Assign>(), second.Probe.ExpectMsg<CoordinatorMessage.Assign>()];
        Assert.Equal(
            [new ShardRange(0, 4), new ShardRange(4, 4)],
            assigned.SelectMany(assign => assign.Ranges).OrderBy(range => range.First));
        Assert.All(assigned, assign => Assert.Equal(0, assign.Round.Version.Value));
        Assert.Equal(2, session.WeightsSent.Count(sent => sent.Version == 0));
        StopAndWait(coordinator);
    }

    [Fact]
    public async Task PartialSums_OfAllShardsInAnyOrder_GiveOneUpdateAndTheNextRound()
    {
        await using var session = new InMemorySession(_run, workersAtStart: 2);
        IActorRef coordinator = Sys.ActorOf(CoordinatorActor.PropsOf(session));
        ProbeWorker[] workers = [Join(coordinator, session, "first"), Join(coordinator, session, "second")];
        Array.ForEach(workers, worker => BecomeReady(coordinator, worker));
        CoordinatorMessage.Assign[] assigned =
            [.. workers.Select(worker => worker.Probe.ExpectMsg<CoordinatorMessage.Assign>())];
        float[] before = session.Weights;

        // The right half first: the sum is added in tree order all the same.
        foreach (int index in assigned[0].Ranges[0].First == 0 ? new[] { 1, 0 } : [0, 1])
        {
            SendSum(workers[index], assigned[index], gradient: 1 + index);
        }

        CoordinatorMessage.Assign next = ExpectAssign(workers[0], version: 1);
        Assert.Equal(assigned[0].Round.Number.Value + 1, next.Round.Number.Value);
        Assert.Equal(1, session.Steps);
        Assert.Equal(before.Select(weight => weight - (0.05f * 3)), session.Weights);
        StopAndWait(coordinator);
    }

    [Fact]
    public async Task WorkerLost_ItsActorStops_ItsShardsGoToTheOtherAtOnce()
    {
        await using var session = new InMemorySession(_run, workersAtStart: 2);
        IActorRef coordinator = Sys.ActorOf(CoordinatorActor.PropsOf(session));
        ProbeWorker lost = Join(coordinator, session, "lost");
        ProbeWorker left = Join(coordinator, session, "left");
        BecomeReady(coordinator, lost);
        BecomeReady(coordinator, left);
        CoordinatorMessage.Assign its = lost.Probe.ExpectMsg<CoordinatorMessage.Assign>();
        left.Probe.ExpectMsg<CoordinatorMessage.Assign>();

        Sys.Stop(lost.Probe);

        CoordinatorMessage.Assign again = left.Probe.ExpectMsg<CoordinatorMessage.Assign>();
        Assert.Equal(its.Round, again.Round);
        Assert.Equal(its.Ranges.AsEnumerable(), again.Ranges);
        Assert.Contains(session.Notices, notice => notice is Notice.WorkerLost { Name: "lost", ShardsReassigned: 4 });
        StopAndWait(coordinator);
    }

    [Fact]
    public async Task WorkerLost_ItsNodeLeavesTheCluster_ItsShardsGoToTheOther()
    {
        await using var session = new InMemorySession(_run, workersAtStart: 2);
        IActorRef coordinator = Sys.ActorOf(CoordinatorActor.PropsOf(session));
        ProbeWorker lost = Join(coordinator, session, "lost");
        ProbeWorker left = Join(coordinator, session, "left");
        BecomeReady(coordinator, lost);
        BecomeReady(coordinator, left);
        lost.Probe.ExpectMsg<CoordinatorMessage.Assign>();
        left.Probe.ExpectMsg<CoordinatorMessage.Assign>();

        // Both probes live on the one node of this system: both are gone, and the run waits for others.
        coordinator.Tell(new CoordinatorCommand.NodeGone(lost.Probe.Ref.Path.Address, "its node left"));

        lost.Probe.FishForMessage(message => message is LinkMessage.Closed { Reason: "its node left" });
        left.Probe.FishForMessage(message => message is LinkMessage.Closed { Reason: "its node left" });
        await AwaitAssertAsync(() => Assert.Contains(session.Notices, notice => notice is Notice.WaitingForWorkers));
        StopAndWait(coordinator);
    }

    [Fact]
    public async Task Ask_AWorkerThatIsHereAlready_EndsItsOldConnection()
    {
        await using var session = new InMemorySession(_run);
        IActorRef coordinator = Sys.ActorOf(CoordinatorActor.PropsOf(session));
        ProbeWorker worker = Join(coordinator, session, "worker");
        coordinator.Tell(new LinkMessage.Ask(2), worker.Probe);
        LinkMessage.Closed closed = worker.Probe.ExpectMsg<LinkMessage.Closed>();
        Assert.Equal((1, "it connects anew"), (closed.Attempt, closed.Reason));
        LinkMessage.Offer offer = worker.Probe.ExpectMsg<LinkMessage.Offer>();
        Assert.Equal(2, offer.Attempt);
        Assert.NotNull(session.Open(offer.Ticket, _ => { }));
        worker.Probe.ExpectMsg<LinkMessage.Opened>();
        StopAndWait(coordinator);
    }

    [Fact]
    public async Task Ticket_ShownTwiceOrInvented_OpensNothing()
    {
        await using var session = new InMemorySession(_run);
        IActorRef coordinator = Sys.ActorOf(CoordinatorActor.PropsOf(session));
        coordinator.Tell(new LinkMessage.Ask(1), TestActor);
        LinkMessage.Offer offer = ExpectMsg<LinkMessage.Offer>();
        Assert.Null(session.Open(LinkSession.New(), _ => { }));
        Assert.NotNull(session.Open(offer.Ticket, _ => { }));
        Assert.Null(session.Open(offer.Ticket, _ => { }));
        StopAndWait(coordinator);
    }

    /// <summary>A sum with one value in every gradient, for the largest nodes of the assigned range.</summary>
    private void SendSum(ProbeWorker worker, CoordinatorMessage.Assign assign, float gradient)
    {
        ShardRange range = Assert.Single(assign.Ranges);
        var node = new TreeNode(2, range.First / 4);
        using var pool = new SumBufferPool(_run.Run.Buckets.SumLength);
        SumBuffer sums = pool.Rent();
        sums.Span.Fill(gradient);
        worker.Tensors.SendPartial(
            new WorkerMessage.PartialSum(assign.Term, assign.Round.Number, 0, node, 10), new SumView(sums, 0, sums.Length));
    }

    private static CoordinatorMessage.Assign ExpectAssign(ProbeWorker worker, long version) =>
        (CoordinatorMessage.Assign)worker.Probe.FishForMessage(
            message => message is CoordinatorMessage.Assign assign && assign.Round.Version.Value == version);

    private void StopAndWait(IActorRef actor)
    {
        Watch(actor);
        Sys.Stop(actor);
        FishForMessage(message => message is Terminated);
    }
}
