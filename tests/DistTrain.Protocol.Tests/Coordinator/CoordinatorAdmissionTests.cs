namespace DistTrain.Protocol.Tests;

using static CoordinatorBench;

public sealed class CoordinatorAdmissionTests
{
    [Fact]
    public void Coordinator_StartedWithNobody_SaysItWaits()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersMin = 2 });
        Notice.WaitingForWorkers? waiting = Told<Notice.WaitingForWorkers>(bench.Do(new CoordinatorEvent.Started()));
        Assert.Equal(new Notice.WaitingForWorkers(0, 2, "none has joined yet"), waiting);
        Assert.Empty(bench.After(1));
        Assert.Null(bench.Machine.NextDeadline);
    }

    [Fact]
    public void Coordinator_Hello_IsWelcomedWithRunAndData()
    {
        CoordinatorBench bench = new();
        Assert.Empty(bench.Do(new CoordinatorEvent.Connected(new WorkerId(3))).OfType<CoordinatorEffect.Send>());
        CoordinatorMessage.Welcome? welcome =
            Sent<CoordinatorMessage.Welcome>(bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2)), 3);
        Assert.Equal(new CoordinatorMessage.Welcome(new WorkerId(3), Term, "{}", "run", "data", "/data"), welcome);
    }

    [Fact]
    public void Coordinator_HelloTwice_ChangesNothing()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2));
        Assert.Empty(bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2)));
    }

    [Fact]
    public void Coordinator_HelloOfAnotherVersion_IsRefusedForGood()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        List<CoordinatorEffect> effects = bench.Say(3, new WorkerMessage.Hello(1, "", 1));
        const string Reason = "worker 3 speaks protocol version 1, this coordinator version 2; "
            + "run the same version of DistTrain everywhere";
        Assert.Equal(new CoordinatorMessage.Refused(Reason, Final: true), Sent<CoordinatorMessage.Refused>(effects, 3));
        Assert.Contains(new CoordinatorEffect.Disconnect(new WorkerId(3), Reason), effects);
        Assert.Empty(bench.Lose(3));
    }

    [Theory]
    [InlineData("other", "data", "loaded a run file with the hash other, this run's is run")]
    [InlineData("run", "other", "has data with the hash other, this run trains on data")]
    public void Coordinator_ReadyWithOtherHashes_IsRefusedForGood(string runHash, string dataHash, string expected)
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2));
        List<CoordinatorEffect> effects = bench.Say(3, new WorkerMessage.Ready(Term, runHash, dataHash));
        CoordinatorMessage.Refused? refused = Sent<CoordinatorMessage.Refused>(effects, 3);
        Assert.True(refused!.Final);
        Assert.Contains(expected, refused.Reason, StringComparison.Ordinal);
        Assert.Contains(effects, effect => effect is CoordinatorEffect.Disconnect { Worker.Value: 3 });
        Assert.Equal("", Assignments(effects));
    }

    [Fact]
    public void Coordinator_ReadyOfAnotherTerm_ChangesNothing()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2));
        Assert.Empty(bench.Say(3, new WorkerMessage.Ready(new Term(4), "run", "data")));
    }

    [Fact]
    public void Coordinator_ReadyTwice_ChangesNothing()
    {
        CoordinatorBench bench = new();
        bench.Join(1);
        Assert.Empty(bench.Say(1, new WorkerMessage.Ready(Term, "run", "data")));
    }

    [Fact]
    public void Coordinator_AnotherFirstMessageThanHello_EndsTheConnection()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        List<CoordinatorEffect> effects = bench.Say(3, new WorkerMessage.Ready(Term, "run", "data"));
        Assert.Equal(
            "worker 3 (no name yet) sent a Ready as its first message, expected a Hello",
            Sent<CoordinatorMessage.Refused>(effects, 3)!.Reason);
    }

    [Fact]
    public void Coordinator_MessagesOfUnknownWorkers_ChangeNothing()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Started());
        Assert.Empty(bench.Say(9, new WorkerMessage.Hello(ProtocolVersions.Current, "ghost", 1)));
        Assert.Empty(bench.Lose(9));
        Assert.Empty(bench.Do(new CoordinatorEvent.Violated(new WorkerId(9), "was rude")));
    }

    [Fact]
    public void Coordinator_AWorkerThatCannotTakePart_IsNamedAndForgotten()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2));
        List<CoordinatorEffect> effects = bench.Say(3, new WorkerMessage.Unfit("no memory"));
        Assert.Equal("worker 3 (host) cannot take part: no memory", Told<Notice.WorkerRefused>(effects)!.Reason);
    }

    [Fact]
    public void Coordinator_ASilentConnection_IsEndedAfterTheSilence()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        Assert.Equal(bench.Now + TimeSpan.FromMilliseconds(2500), bench.Machine.NextDeadline);
        Assert.Empty(bench.After(2499));
        Assert.Contains(
            new CoordinatorEffect.Disconnect(new WorkerId(3), "no sign of life for 2.5 s"), bench.After(1));
    }

    [Fact]
    public void Coordinator_WhoMisbehaved_HasToStayAwayAWhileAndIsThenWelcome()
    {
        CoordinatorBench bench = new();
        bench.Join(1, name: "bad");
        bench.Do(new CoordinatorEvent.Violated(new WorkerId(1), "sent a sum of 3 floats, expected 8"));
        List<CoordinatorEffect> atOnce = bench.Join(2, name: "bad");
        Assert.False(Sent<CoordinatorMessage.Refused>(atOnce, 2)!.Final);
        Assert.Contains("welcome again in 0.3 s", Sent<CoordinatorMessage.Refused>(atOnce, 2)!.Reason);
        bench.Pass(300);
        Assert.NotNull(Sent<CoordinatorMessage.Welcome>(bench.Join(3, name: "bad"), 3));
        bench.Do(new CoordinatorEvent.Violated(new WorkerId(3), "sent a sum of 3 floats, expected 8"));
        bench.Pass(300);
        Assert.NotNull(Sent<CoordinatorMessage.Refused>(bench.Join(4, name: "bad"), 4));
        Assert.NotNull(Sent<CoordinatorMessage.Welcome>(bench.Join(5, name: "good"), 5));
    }

    [Fact]
    public void Coordinator_TooFewForTooLong_FailsWithTheCountAndTheReason()
    {
        CoordinatorBench bench = new(settings => settings with
        {
            WorkersMin = 2,
            Times = settings.Times with { WaitForWorkersMax = TimeSpan.FromSeconds(2) },
        });
        bench.Do(new CoordinatorEvent.Started());
        bench.Join(1);
        Assert.Null(End(bench.After(1999)));
        RunEnd? end = End(bench.After(1));
        Assert.Equal(RunEndKind.Failed, end!.Kind);
        Assert.StartsWith("waited 2 s for workers, 1 of 2 present", end.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Coordinator_TooFewAfterALoss_FinishesTheRoundAndWaitsWithTheNext()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersMin = 2 });
        bench.Do(new CoordinatorEvent.Started());
        Assert.Equal(
            new Notice.WaitingForWorkers(1, 2, "no other has joined yet"), Told<Notice.WaitingForWorkers>(bench.Join(1)));
        Assert.Equal("1:[shards 0–1] 2:[shards 2–3]", Assignments(bench.Join(2)));
        Assert.Equal("1:[shards 2–3]", Assignments(bench.Lose(2)));
        bench.Sum(1, new(1, 0));
        bench.Sum(1, new(1, 1));
        IReadOnlyList<CoordinatorEffect> closed = bench.Close(1);
        Assert.Equal("", Assignments(closed));
        Assert.Equal((1, 2), Told<Notice.WaitingForWorkers>(closed) is { } waiting ? (waiting.Present, waiting.Needed) : default);
    }

    [Fact]
    public void Coordinator_WorkersAtStart_AreAwaitedOnlyForTheFirstRound()
    {
        CoordinatorBench bench = new(settings => settings with { WorkersAtStart = 2 });
        Assert.Equal("", Assignments(bench.Join(1)));
        Assert.Equal("1:[shards 0–1] 2:[shards 2–3]", Assignments(bench.Join(2)));
        Assert.Equal("1:[shards 2–3]", Assignments(bench.Lose(2)));
        bench.Sum(1, new(1, 0));
        bench.Sum(1, new(1, 1));
        Assert.Equal("1:[shards 0–3]", Assignments(bench.Close(1)));
    }

    [Fact]
    public void Coordinator_ThatWasSuperseded_StepsDownAndSendsItsWorkersAway()
    {
        CoordinatorBench bench = CoordinatorRoundTests.TwoWorkers();
        bench.Sum(1, new(1, 0));
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(3)));
        bench.Say(3, new WorkerMessage.Hello(ProtocolVersions.Current, "wise", 1));
        Assert.Empty(bench.Say(3, new WorkerMessage.Superseded(Term, Term)));
        Assert.Empty(bench.Say(3, new WorkerMessage.Superseded(new Term(4), new Term(6))));
        List<CoordinatorEffect> effects = bench.Say(3, new WorkerMessage.Superseded(Term, new Term(6)));
        Assert.Equal(RunEndKind.Failed, End(effects)!.Kind);
        Assert.StartsWith(
            "worker 3 (wise) has served this run under term 6, this coordinator's is 5", End(effects)!.Reason,
            StringComparison.Ordinal);
        Assert.Contains(new CoordinatorEffect.Release(new SumHandle(100)), effects);
        Assert.Equal(3, effects.OfType<CoordinatorEffect.Disconnect>().Count());
        Assert.Null(Sent<CoordinatorMessage.Stop>(effects, 1));
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(4)));
        Assert.False(Sent<CoordinatorMessage.Refused>(bench.Say(4, new WorkerMessage.Hello(ProtocolVersions.Current, "late", 1)), 4)!.Final);
    }

    [Fact]
    public void Coordinator_AfterTheEnd_NewcomersAreTold()
    {
        CoordinatorBench bench = new();
        bench.Do(new CoordinatorEvent.StopRequested("Ctrl-C"));
        bench.Do(new CoordinatorEvent.Connected(new WorkerId(1)));
        List<CoordinatorEffect> effects = bench.Say(1, new WorkerMessage.Hello(ProtocolVersions.Current, "late", 1));
        Assert.Equal([new CoordinatorEffect.Send(new(1), new CoordinatorMessage.Stop(Term, "the run has ended", false))], effects);
    }
}
