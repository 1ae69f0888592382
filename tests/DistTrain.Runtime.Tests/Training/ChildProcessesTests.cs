using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Training;

/// <summary>Processes that end by themselves.</summary>
public sealed class ChildProcessesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Restarts Quick = new() { PauseFirst = TimeSpan.FromMilliseconds(1), FailuresMax = 3 };

    [SkippableTheory]
    [InlineData("echo no luck >&2; exit 3", "no worker is left: worker 1 ended (exit code 3): no luck")]
    [InlineData("kill -ABRT $$", "no worker is left: worker 1 ended (signal 6)")]
    public async Task Process_ThatFailsAgainAndAgain_IsGivenUpAndTheRunWithTheLast(string script, string expected)
    {
        Skip.If(OperatingSystem.IsWindows(), "starts a shell");
        var restarts = new List<string>();
        var givenUp = new TaskCompletionSource<string>();
        var supervision = new Supervision
        {
            Say = line =>
            {
                if (line.Contains("started again", StringComparison.Ordinal))
                {
                    restarts.Add(line);
                }
            },
            GiveUp = givenUp.SetResult,
            Over = new TaskCompletionSource().Task,
            Restarts = Quick,
        };
        var children = new ChildProcesses(new ProcessCommand("sh", ["-c", script]), "token", [Worker(1)], supervision);
        await using (children)
        {
            Assert.Equal(expected, await givenUp.Task.WaitAsync(Patience));
            Assert.Equal(Quick.FailuresMax - 1, restarts.Count);
        }
    }

    /// <summary>As one that is killed on purpose, time and again.</summary>
    [SkippableFact]
    public async Task Process_ThatWorkedBeforeEachFailure_IsStartedAgainWithoutEnd()
    {
        Skip.If(OperatingSystem.IsWindows(), "starts a shell");
        int lives = 0;
        var enough = new TaskCompletionSource<string>();
        var supervision = new Supervision
        {
            Say = _ =>
            {
                if (++lives == Quick.FailuresMax * 4)
                {
                    enough.TrySetResult("alive");
                }
            },
            GiveUp = reason => enough.TrySetResult(reason),
            Over = new TaskCompletionSource().Task,
            Restarts = Quick,
        };
        string script = $"echo '{ChildReport.Delivered}'; kill -KILL $$";
        var children = new ChildProcesses(new ProcessCommand("sh", ["-c", script]), "token", [Worker(1)], supervision);
        await using (children)
        {
            Assert.Equal("alive", await enough.Task.WaitAsync(Patience));
        }
    }

    /// <summary>What it would have listened on is never known: whoever waits for it goes on without it.</summary>
    [SkippableFact]
    public async Task Aggregator_ThatNeverStarts_IsGivenUpAndItsWorkersJoinTheCoordinator()
    {
        Skip.If(OperatingSystem.IsWindows(), "starts a shell");
        var coordinator = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 7070);
        var processes = new RunProcesses(FanInTree.For(4, 2), coordinator, threads: 1, LinkKind.Auto);
        ChildProcess[] all = [.. processes.All()];
        Task<IReadOnlyList<string>> first = all[^1].Arguments(CancellationToken.None);
        Assert.False(first.IsCompleted);
        var supervision = new Supervision
        {
            Say = static _ => { },
            GiveUp = static _ => { },
            Over = new TaskCompletionSource().Task,
            Restarts = Quick,
        };
        var children = new ChildProcesses(
            new ProcessCommand("sh", ["-c", "exit 1"]), "token", all.Where(static child => !child.IsWorker), supervision);
        await using (children)
        {
            IReadOnlyList<string> arguments = await first.WaitAsync(Patience);
            Assert.Equal(["worker", "--join", "127.0.0.1:7070", "--threads"], arguments.Take(4));
        }
    }

    [Fact]
    public async Task Process_WhoseProgramIsMissing_IsGivenUp()
    {
        var givenUp = new TaskCompletionSource<string>();
        var supervision = new Supervision
        {
            Say = static _ => { },
            GiveUp = givenUp.SetResult,
            Over = new TaskCompletionSource().Task,
            Restarts = Quick,
        };
        var children = new ChildProcesses(new ProcessCommand("/no/such/program", []), "token", [Worker(1)], supervision);
        await using (children)
        {
            Assert.StartsWith(
                "no worker is left: worker 1 cannot be started (/no/such/program: ", await givenUp.Task.WaitAsync(Patience),
                StringComparison.Ordinal);
        }
    }

    /// <summary>The run's results are still to be written then, which takes as long as it takes.</summary>
    [SkippableFact]
    public async Task Process_ThatEndsWithTheRun_IsNotStartedAgain()
    {
        Skip.If(OperatingSystem.IsWindows(), "starts a shell");
        using var folder = new TemporaryFolder();
        var over = new TaskCompletionSource();
        var said = new List<string>();
        var supervision = new Supervision { Say = said.Add, GiveUp = said.Add, Over = over.Task, Restarts = Quick };
        string script = $"echo started >> {folder["lives"]}; echo up; while [ ! -e {folder["go"]} ]; do sleep 0.01; done";
        var isUp = new TaskCompletionSource();
        ChildProcess child = Worker(1) with { Output = _ => isUp.TrySetResult() };
        var children = new ChildProcesses(new ProcessCommand("sh", ["-c", script]), "token", [child], supervision);
        await using (children)
        {
            await isUp.Task.WaitAsync(Patience);
            over.SetResult();
            folder.Write("go", "");
            await children.Ended.WaitAsync(Patience);
        }

        Assert.Empty(said);
        Assert.Single(await File.ReadAllLinesAsync(folder["lives"]));
    }

    private static ChildProcess Worker(int number) => new(
        $"worker {number}", static _ => Task.FromResult<IReadOnlyList<string>>([]), IsWorker: true);
}
