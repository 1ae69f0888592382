namespace DistTrain.Protocol.Tests;

using static WorkerBench;

/// <summary>Coming, staying in touch, coming back, leaving.</summary>
public sealed class WorkerConnectionTests
{
    private static readonly ShardRange All = new(0, 4);

    [Fact]
    public void Worker_Connected_SaysHello() =>
        Assert.Equal(
            [new WorkerEffect.Send(new WorkerMessage.Hello(ProtocolVersions.Current, "host", 2))],
            new WorkerBench().Do(new WorkerEvent.Connected()));

    [Fact]
    public void Worker_Welcomed_LoadsTheRunAndSaysReady()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        Assert.Equal([new WorkerEffect.LoadRun(Welcome)], bench.Hear(Welcome));
        Assert.Empty(bench.Hear(Welcome));
        Assert.Equal(
            [new WorkerEffect.Send(new WorkerMessage.Ready(Term, "run", "data"))],
            bench.Do(new WorkerEvent.RunLoaded("run", "data", 1)));
    }

    [Fact]
    public void Worker_ThatCannotLoadTheRun_SaysWhyAndEnds()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome);
        Assert.Equal(
            [
                new WorkerEffect.Send(new WorkerMessage.Unfit("no memory")),
                new WorkerEffect.Finish(new RunEnd(RunEndKind.Failed, "no memory")),
            ],
            bench.Do(new WorkerEvent.RunNotLoaded("no memory")));
    }

    /// <summary>The coordinator died while the data came, and the end of the data was told before that of the connection.</summary>
    [Fact]
    public void Worker_WhoseDataWasCutOff_ComesAgainAndLoadsAnew()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome);
        WorkerEffect effect = Assert.Single(
            bench.Do(new WorkerEvent.RunNotLoaded("the data did not arrive whole", MayHeal: true)));
        Assert.Equal("the data did not arrive whole", Assert.IsType<WorkerEffect.Reconnect>(effect).Reason);
        bench.Do(new WorkerEvent.Connected());
        Assert.Equal([new WorkerEffect.LoadRun(Welcome)], bench.Hear(Welcome));
    }

    [Fact]
    public void Worker_RefusedForGood_Ends()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        Assert.Equal(
            [new WorkerEffect.Finish(new RunEnd(RunEndKind.Failed, "other version"))],
            bench.Hear(new CoordinatorMessage.Refused("other version", Final: true)));
    }

    [Fact]
    public void Worker_RefusedForNow_ComesBackLater()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        Assert.IsType<WorkerEffect.Reconnect>(
            Assert.Single(bench.Hear(new CoordinatorMessage.Refused("too soon", Final: false))));
    }

    [Fact]
    public void Worker_ThatCannotConnect_TriesAgainWithDoublingBoundedWaits()
    {
        WorkerBench bench = new();
        double expected = 50;
        for (int attempt = 0; attempt < 20; attempt++)
        {
            WorkerEffect.Reconnect again = Assert.IsType<WorkerEffect.Reconnect>(
                Assert.Single(bench.Do(new WorkerEvent.Disconnected("connection refused"))));
            Assert.InRange(again.After.TotalMilliseconds, 0.75 * expected, 1.25 * expected);
            expected = Math.Min(2 * expected, 2000);
        }
    }

    [Fact]
    public void Worker_ThatWasOfUse_StartsWithTheShortestWaitAgain()
    {
        WorkerBench bench = new();
        for (int attempt = 0; attempt < 10; attempt++)
        {
            bench.Do(new WorkerEvent.Disconnected("connection refused"));
        }

        bench.Ready();
        bench.Assign(Round(1), All);
        bench.Weights(0);
        bench.Computed(Round(1), new(2, 0));
        Assert.InRange(bench.Do(new WorkerEvent.Disconnected("reset")).OfType<WorkerEffect.Reconnect>().Single().After.TotalSeconds, 1.5, 2.5);
        bench.Ready();
        bench.Assign(Round(2), All);
        bench.Weights(1);
        bench.Computed(Round(2), new(2, 0));
        bench.Assign(Round(3), All);
        Assert.InRange(bench.Do(new WorkerEvent.Disconnected("reset")).OfType<WorkerEffect.Reconnect>().Single().After.TotalSeconds, 0.03, 0.07);
    }

    [Fact]
    public void Worker_WithoutCoordinatorForTooLong_GivesUp()
    {
        WorkerBench bench = new(new ProtocolTimes { GiveUpAfter = TimeSpan.FromSeconds(3) });
        bench.Do(new WorkerEvent.Disconnected("connection refused"));
        bench.After(2999);
        Assert.IsType<WorkerEffect.Reconnect>(Assert.Single(bench.Do(new WorkerEvent.Disconnected("connection refused"))));
        bench.After(1);
        WorkerEffect.Finish finish = Assert.IsType<WorkerEffect.Finish>(
            Assert.Single(bench.Do(new WorkerEvent.Disconnected("connection refused"))));
        Assert.Equal(
            "no coordinator for 3 s (last: connection refused); check that it runs and that its address is right",
            finish.End.Reason);
    }

    [Fact]
    public void Worker_WhileItLoadsOrWorks_GivesASignOfLife()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome);
        Assert.Equal(bench.Now + TimeSpan.FromMilliseconds(500), bench.Machine.NextDeadline);
        Assert.Empty(bench.After(499));
        Assert.Equal([new WorkerEffect.Send(new WorkerMessage.Heartbeat(Term, new(0), 0))], bench.After(1));
        bench.Do(new WorkerEvent.RunLoaded("run", "data", 1));
        bench.Assign(Round(1), All);
        Assert.Equal([new WorkerEffect.Send(new WorkerMessage.Heartbeat(Term, new(1), 4))], bench.After(500));
    }

    [Fact]
    public void Worker_ThatHearsNothing_ConnectsAgain()
    {
        WorkerBench bench = new WorkerBench().Ready();
        for (int i = 0; i < 19; i++)
        {
            Assert.DoesNotContain(bench.After(500), effect => effect is WorkerEffect.Reconnect);
        }

        Assert.Equal(
            "the coordinator gave no sign of life for 10.0 s",
            Assert.Single(bench.After(500).OfType<WorkerEffect.Reconnect>()).Reason);
    }

    [Fact]
    public void Worker_ThatHearsHeartbeats_Stays()
    {
        WorkerBench bench = new WorkerBench().Ready();
        for (int i = 0; i < 60; i++)
        {
            bench.Hear(new CoordinatorMessage.Heartbeat(Term, new(0)));
            Assert.DoesNotContain(bench.After(500), effect => effect is WorkerEffect.Reconnect);
        }
    }

    [Fact]
    public void Worker_ThatStoodStillItself_DoesNotBlameTheCoordinator() =>
        Assert.DoesNotContain(new WorkerBench().Ready().After(60_000), effect => effect is WorkerEffect.Reconnect);

    [Fact]
    public void Worker_GreetedByNobody_ConnectsAgain()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        Assert.Equal(bench.Now + TimeSpan.FromSeconds(10), bench.Machine.NextDeadline);
        Assert.IsType<WorkerEffect.Reconnect>(Assert.Single(bench.After(10_000)));
    }

    [Fact]
    public void Worker_BackAtTheSameRun_DoesNotLoadItAgain()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        Assert.Equal(
            [new WorkerEffect.Send(new WorkerMessage.Ready(new Term(6), "run", "data"))],
            bench.Hear(Welcome with { Term = new Term(6) }));
    }

    [Fact]
    public void Worker_WelcomedToAnotherRun_LoadsThatOne()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        CoordinatorMessage.Welcome other = Welcome with { RunHash = "other" };
        Assert.Equal([new WorkerEffect.LoadRun(other)], bench.Hear(other));
    }

    [Fact]
    public void Worker_WelcomedAgainWhileItLoads_LoadsOnce()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome);
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        Assert.Empty(bench.Hear(Welcome));
        Assert.Equal(
            [new WorkerEffect.Send(new WorkerMessage.Ready(Term, "run", "data"))],
            bench.Do(new WorkerEvent.RunLoaded("run", "data", 1)));
    }

    [Fact]
    public void Worker_ThatLoadedForAnEarlierWelcome_LoadsTheNewRun()
    {
        WorkerBench bench = new();
        bench.Do(new WorkerEvent.Connected());
        bench.Hear(Welcome);
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        CoordinatorMessage.Welcome other = Welcome with { RunHash = "other" };
        Assert.Empty(bench.Hear(other));
        Assert.Equal([new WorkerEffect.LoadRun(other)], bench.Do(new WorkerEvent.RunNotLoaded("file is gone")));
    }

    [Fact]
    public void Worker_WelcomedByACoordinatorOfThePast_TurnsAway()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Do(new WorkerEvent.Disconnected("reset"));
        bench.Do(new WorkerEvent.Connected());
        List<WorkerEffect> effects = bench.Hear(Welcome with { Term = new Term(4) });
        Assert.Equal(new WorkerEffect.Send(new WorkerMessage.Superseded(new Term(4), Term)), effects[0]);
        Assert.Equal(
            "a coordinator of term 4 answered, term 5 is newer", Assert.IsType<WorkerEffect.Reconnect>(effects[1]).Reason);
    }

    [Fact]
    public void Worker_Stopped_Ends()
    {
        WorkerBench bench = new WorkerBench().Ready();
        Assert.Empty(bench.Hear(new CoordinatorMessage.Stop(new Term(4), "done", false)));
        Assert.Equal(
            [new WorkerEffect.Finish(new RunEnd(RunEndKind.Completed, "done"))],
            bench.Hear(new CoordinatorMessage.Stop(Term, "done", false)));
        Assert.Empty(bench.Do(new WorkerEvent.Disconnected("closed")));
        Assert.Null(bench.Machine.NextDeadline);
    }

    [Fact]
    public void Worker_StoppedByAFailure_Fails() =>
        Assert.Equal(
            [new WorkerEffect.Finish(new RunEnd(RunEndKind.Failed, "NaN"))],
            new WorkerBench().Ready().Hear(new CoordinatorMessage.Stop(Term, "NaN", true)));

    [Fact]
    public void Worker_AskedToLeaveWhileIdle_SaysSoAndEnds() =>
        Assert.Equal(
            [
                new WorkerEffect.Send(new WorkerMessage.Leaving(Term, "SIGTERM")),
                new WorkerEffect.Finish(new RunEnd(RunEndKind.Stopped, "SIGTERM")),
            ],
            new WorkerBench().Ready().Do(new WorkerEvent.LeaveRequested("SIGTERM")));

    [Fact]
    public void Worker_AskedToLeaveWhileAway_JustEnds() =>
        Assert.Equal(
            [new WorkerEffect.Finish(new RunEnd(RunEndKind.Stopped, "SIGTERM"))],
            new WorkerBench().Do(new WorkerEvent.LeaveRequested("SIGTERM")));

    [Fact]
    public void Worker_AskedToLeaveWhileComputing_SendsTheNodeInHandFirst()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Assign(Round(1), new ShardRange(0, 3));
        bench.Weights(0);
        Assert.Empty(bench.Do(new WorkerEvent.LeaveRequested("SIGTERM")));
        Assert.Empty(bench.Assign(Round(1), new ShardRange(3, 1)));
        Assert.Equal(
            [
                new WorkerEffect.SendPartial(new(Term, new(1), 0, new(1, 0), 1234), new(7)),
                new WorkerEffect.Release(new(7)),
                new WorkerEffect.Send(new WorkerMessage.Leaving(Term, "SIGTERM")),
                new WorkerEffect.Finish(new RunEnd(RunEndKind.Stopped, "SIGTERM")),
            ],
            bench.Computed(Round(1), new(1, 0)));
    }

    [Fact]
    public void Worker_AskedToLeaveTwice_LeavesAtOnce()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Assign(Round(1), All);
        bench.Weights(0);
        bench.Do(new WorkerEvent.LeaveRequested("SIGTERM"));
        Assert.Single(bench.Do(new WorkerEvent.LeaveRequested("SIGTERM")).OfType<WorkerEffect.Finish>());
        Assert.Equal([new WorkerEffect.Release(new(7))], bench.Computed(Round(1), new(2, 0)));
    }

    [Fact]
    public void Worker_DisconnectedWhileLeaving_Ends()
    {
        WorkerBench bench = new WorkerBench().Ready();
        bench.Assign(Round(1), All);
        bench.Weights(0);
        bench.Do(new WorkerEvent.LeaveRequested("SIGTERM"));
        Assert.Single(bench.Do(new WorkerEvent.Disconnected("reset")).OfType<WorkerEffect.Finish>());
    }
}
