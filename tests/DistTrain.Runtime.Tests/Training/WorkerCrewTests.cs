using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Training;

public sealed class WorkerCrewTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// One worker fails and is made anew at the moment at which the crew ends: those that were there are stopped already, and
    /// the new one would look for its coordinator for ever.
    /// </summary>
    [Fact]
    public async Task Dispose_WhileAWorkerIsMadeAnew_EndsAllTheSame()
    {
        WorkerCrew? crew = null;
        WorkerActor? steady = null;
        Task? disposing = null;
        int made = 0;
        crew = new WorkerCrew(
            2,
            (name, index) =>
            {
                if (index == 1)
                {
                    return steady = Worker(name, isFinal: false);
                }

                if (++made == 2)
                {
                    disposing = crew!.DisposeAsync().AsTask();
                    Assert.True(steady!.End.Wait(Patience));
                }

                return Worker(name, isFinal: made == 1);
            },
            new Supervision { Say = static _ => { }, GiveUp = static _ => { }, Over = Forever });

        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref disposing) is not null, Patience));
        await disposing!.WaitAsync(Patience);
    }

    /// <summary>The first is fine, so the run goes on when the second has failed once too often.</summary>
    [Theory]
    [InlineData(2, null)]
    [InlineData(1, "no worker is left: nobody is there")]
    public async Task Worker_ThatFailsAgainAndAgain_IsGivenUpAndTheRunWithTheLast(int workers, string? expected)
    {
        var givenUp = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var leftAlone = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        int made = 0;
        var crew = new WorkerCrew(
            workers,
            (name, index) => Worker(name, isFinal: index == workers - 1 && ++made > 0),
            new Supervision
            {
                Say = line => _ = line.Contains("is not started again", StringComparison.Ordinal) && leftAlone.TrySetResult(line),
                GiveUp = givenUp.SetResult,
                Over = Forever,
                Restarts = Quick,
            });
        await using (crew)
        {
            string told = await (expected is null ? leftAlone : givenUp).Task.WaitAsync(Patience);
            Assert.Equal(expected ?? "nobody is there; it is not started again", told);
            Assert.Equal(Quick.FailuresMax, made);
            Assert.Equal(expected is not null, givenUp.Task.IsCompleted);
        }
    }

    [Fact]
    public async Task Worker_ThatFailsWhenTheRunIsOver_IsNotStartedAgain()
    {
        int made = 0;
        var crew = new WorkerCrew(
            1,
            (name, _) =>
            {
                made++;
                return Worker(name, isFinal: true);
            },
            new Supervision { Say = _ => made = -1, GiveUp = _ => made = -1, Over = Task.CompletedTask, Restarts = Quick });
        await crew.DisposeAsync();
        Assert.Equal(0, made);
    }

    private static Task Forever => new TaskCompletionSource().Task;

    private static Restarts Quick => new() { PauseFirst = TimeSpan.FromMilliseconds(1), FailuresMax = 3 };

    private static WorkerActor Worker(string name, bool isFinal) =>
        new(name, 1, new ProtocolTimes(), new Nowhere(isFinal), new Nowhere(isFinal));

    /// <param name="isFinal">The worker fails; else it tries again and again.</param>
    private sealed class Nowhere(bool isFinal) : IConnector, IRunSource
    {
        public async Task<ICoordinatorPort> ConnectAsync(IMailbox<WorkerInput> worker, CancellationToken cancellation)
        {
            await Task.Yield();
            throw new LinkException("nobody is there", isFinal);
        }

        public Task<LoadedRun> LoadAsync(CoordinatorMessage.Welcome welcome, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
