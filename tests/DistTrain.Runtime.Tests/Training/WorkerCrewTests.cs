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
            static _ => { });

        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref disposing) is not null, Patience));
        await disposing!.WaitAsync(Patience);
    }

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
