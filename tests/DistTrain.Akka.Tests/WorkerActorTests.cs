using System.Collections.Concurrent;
using Akka.Actor;
using DistTrain.Numerics;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka.Tests;

public sealed class WorkerActorTests : AkkaTest
{
    private readonly TinyRun _run = new(epochs: 3);

    protected override void AfterAll()
    {
        base.AfterAll();
        _run.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Training_AnyNumberOfWorkerActors_GivesTheWeightsOfLocalTraining(int workers)
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        var plan = new CoordinatorPlan(false, (_, _) => new InMemorySession(_run, workers));
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        WorkerPlan[] plans = [.. Enumerable.Range(0, workers).Select(StartWorker(supervisor))];

        TrainingOutcome outcome = await plan.Result.Task.WaitAsync(Patience);
        Assert.Equal(RunEndKind.Completed, outcome.End.Kind);
        Assert.Equal(expected, outcome.Result!.Summary.WeightsSha256);
        foreach (WorkerPlan worker in plans)
        {
            Assert.Equal(RunEndKind.Completed, (await worker.End.Task.WaitAsync(Patience)).Kind);
        }
    }

    [Fact]
    public async Task Supervision_ACoordinatorActorThatThrows_IsOpenedAgainAndTheBitsAreTheSame()
    {
        string expected = await _run.WeightsOfLocalTrainingAsync();
        var opened = new List<(bool Resume, InMemorySession Session)>();
        var plan = new CoordinatorPlan(false, (resume, _) =>
        {
            InMemorySession session = opened.Count == 0
                ? new InMemorySession(_run) { FailAtStep = 3 }
                : new InMemorySession(_run, 1, opened[^1].Session.Weights, opened[^1].Session.Steps);
            opened.Add((resume, session));
            return session;
        });
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        StartWorker(supervisor)(0);

        TrainingOutcome outcome = await plan.Result.Task.WaitAsync(Patience);
        Assert.Equal([false, true], opened.Select(session => session.Resume));
        Assert.Equal(expected, outcome.Result!.Summary.WeightsSha256);
    }

    [Fact]
    public async Task Supervision_ACoordinatorActorThatThrowsAgainAndAgain_EndsThisNodesPartWithTheReason()
    {
        int opened = 0;
        var plan = new CoordinatorPlan(false, (_, _) =>
        {
            opened++;
            return new InMemorySession(_run) { FailAtStep = 1 };
        });
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        StartWorker(supervisor)(0);

        var failed = await Assert.ThrowsAsync<TrainingException>(() => plan.Result.Task.WaitAsync(Patience));
        Assert.Equal(
            "the coordinator failed: a planted defect (a defect of DistTrain); it failed 4 times, and the last checkpoint is good",
            failed.Message);
        Assert.Equal(4, opened);
    }

    [Fact]
    public async Task Supervision_ARunThatCannotBeOpened_EndsThisNodesPart()
    {
        var plan = new CoordinatorPlan(false, (_, _) => throw new TrainingException("no such data"));
        Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        var failed = await Assert.ThrowsAsync<TrainingException>(() => plan.Result.Task.WaitAsync(Patience));
        Assert.Equal("no such data", failed.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopped_WhileTheRunIsBeingOpened_LetsItGo(bool byHandOver)
    {
        var opening = new TaskCompletionSource();
        var plan = new CoordinatorPlan(false, (_, leaving) =>
        {
            opening.SetResult();
            leaving.WaitHandle.WaitOne(Patience);
            throw new OperationCanceledException(leaving);
        });
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        await opening.Task.WaitAsync(Patience);

        supervisor.Tell(byHandOver
            ? new CoordinatorCommand.HandOver()
            : new CoordinatorCommand.Handle(new CoordinatorInput.StopRequested("stopped on request")));

        await Assert.ThrowsAsync<TaskCanceledException>(() => plan.Result.Task.WaitAsync(Patience / 2));
    }

    [Fact]
    public async Task Down_WhileTheRunIsBeingOpened_TheOutcomeWaitsForTheSessionsEnd()
    {
        var opening = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        InMemorySession? session = null;
        var plan = new CoordinatorPlan(false, (_, _) =>
        {
            opening.SetResult();
            goOn.Task.Wait(Patience, CancellationToken.None);
            return session = new InMemorySession(_run);
        });
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        await opening.Task.WaitAsync(Patience);
        Watch(supervisor);
        Sys.Stop(supervisor);
        ExpectTerminated(supervisor);
        Assert.False(plan.Result.Task.IsCompleted);

        goOn.SetResult();

        TrainingOutcome outcome = await plan.Result.Task.WaitAsync(Patience);
        Assert.Equal((null, false), (outcome.Result, outcome.IsRunOver));
        Assert.True(session!.IsDisposed, "the next life takes the same port and folder");
    }

    [Fact]
    public async Task HandOver_InMidRun_WritesWhatWasComputedAndStops()
    {
        var session = new InMemorySession(_run, workersAtStart: 2);
        var plan = new CoordinatorPlan(false, (_, _) => session);
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        Watch(supervisor);
        WorkerPlan worker = StartWorker(supervisor)(0);
        await AwaitAssertAsync(() => Assert.Contains(session.Notices, notice => notice is Notice.WorkerJoined));

        supervisor.Tell(new CoordinatorCommand.HandOver());

        TrainingOutcome outcome = await plan.Result.Task.WaitAsync(Patience);
        Assert.Equal(RunEndKind.Stopped, outcome.End.Kind);
        Assert.NotNull(outcome.Result);
        Assert.False(outcome.IsRunOver);
        ExpectTerminated(supervisor);
        Assert.False(worker.End.Task.IsCompleted, "a worker looks for the next coordinator; it does not end");
    }

    [Fact]
    public async Task HandOver_AfterTheRunsEnd_HasNothingToKeepAndStopsAtOnce()
    {
        var plan = new CoordinatorPlan(false, (_, _) => new InMemorySession(_run));
        IActorRef supervisor = Sys.ActorOf(CoordinatorSupervisor.PropsOf(plan));
        Watch(supervisor);
        StartWorker(supervisor)(0);
        await plan.Result.Task.WaitAsync(Patience);

        supervisor.Tell(new CoordinatorCommand.HandOver());

        ExpectTerminated(supervisor);
    }

    [Fact]
    public async Task Refused_WhereComingBackCannotHelp_EndsTheWorkerWithTheReason()
    {
        var plan = PlanOf("worker") with
        {
            Dial = (_, _, _, _, _) => Task.FromException<ICoordinatorPort>(new LinkException("a wrong token", isFinal: true)),
        };
        Sys.ActorOf(WorkerSupervisor.PropsOf(plan, TestActor));
        LinkMessage.Ask ask = ExpectMsg<LinkMessage.Ask>();
        LastSender.Tell(new LinkMessage.Offer(ask.Attempt, 7070, LinkSession.New()));
        Assert.Equal(new RunEnd(RunEndKind.Failed, "a wrong token"), await plan.End.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task Supervision_AWorkerThatFails_IsStartedAgainAndAtLastGivenUpWithTheReason()
    {
        var said = new ConcurrentQueue<string>();
        var plan = PlanOf("worker") with { Say = said.Enqueue, Restarts = Soon with { FailuresMax = 3 } };
        IActorRef supervisor = Sys.ActorOf(WorkerSupervisor.PropsOf(plan, TestActor));
        for (int life = 1; life <= 3; life++)
        {
            ExpectMsg<LinkMessage.Ask>();
            Assert.False(plan.End.Task.IsCompleted);
            supervisor.Tell(Failing(new InvalidOperationException("a planted defect")));
        }

        RunEnd end = await plan.End.Task.WaitAsync(Patience);
        Assert.Equal(RunEndKind.Failed, end.Kind);
        Assert.Contains("a planted defect (a defect of DistTrain)", end.Reason, StringComparison.Ordinal);
        Assert.Equal(2, said.Count(line => line.EndsWith("; it is started again in 0 s", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Supervision_AWorkerWithoutMemory_EndsAtOnceAndSaysForWhat()
    {
        WorkerPlan plan = PlanOf("worker");
        IActorRef supervisor = Sys.ActorOf(WorkerSupervisor.PropsOf(plan, TestActor));
        supervisor.Tell(Failing(new InsufficientMemoryException()));
        RunEnd end = await plan.End.Task.WaitAsync(Patience);
        Assert.StartsWith("worker ran out of memory computing ", end.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Leave_OfAWorkerThatFails_IsNotForgotten(bool duringThePause)
    {
        var paused = new TaskCompletionSource();
        var plan = PlanOf("worker") with
        {
            Say = _ => paused.TrySetResult(), Restarts = Soon with { PauseFirst = TimeSpan.FromHours(1) },
        };
        IActorRef supervisor = Sys.ActorOf(WorkerSupervisor.PropsOf(plan, TestActor));
        supervisor.Tell(Failing(new InvalidOperationException("a planted defect")));
        if (duringThePause)
        {
            await paused.Task.WaitAsync(Patience);
        }

        supervisor.Tell(new WorkerCommand.Handle(new WorkerInput.LeaveRequested("it was asked to leave")));
        Assert.Equal(new RunEnd(RunEndKind.Stopped, "it was asked to leave"), await plan.End.Task.WaitAsync(Patience));
    }

    private static Restarts Soon => new() { PauseFirst = TimeSpan.FromMilliseconds(1), PauseLast = TimeSpan.FromMilliseconds(1) };

    /// <summary>What compute threads post when they could not compute.</summary>
    private WorkerCommand.Handle Failing(Exception failure) => new(new WorkerInput.Computed(new ComputedNode(
        _run.Run.Plan.NextRound(new RoundNumber(1), new WeightVersion(0), evaluated: false)!, new TreeNode(0, 0), null, 0, null)
    {
        Failure = failure,
    }));

    private WorkerPlan PlanOf(string name) =>
        new(name, 1, new ProtocolTimes(), new SharedRun(_run.Run), InMemorySession.Dial);

    private Func<int, WorkerPlan> StartWorker(IActorRef singleton) => index =>
    {
        WorkerPlan plan = PlanOf($"worker-{index}");
        Sys.ActorOf(WorkerActor.PropsOf(plan, singleton));
        return plan;
    };

    private sealed class SharedRun(LoadedRun run) : IRunSource
    {
        public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
            Task.FromResult(run);
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
}
