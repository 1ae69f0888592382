using System.Collections.Concurrent;
using DistTrain.Protocol;
using DistTrain.Runtime;

namespace DistTrain.Akka;

/// <summary>A run session of the runtime with its tensor listener, for the coordinator's actor to drive.</summary>
internal sealed class LinkedSession : ICoordinatorSession
{
    private readonly RunSession _session;
    private readonly LinkAcceptor _acceptor;
    private readonly ConcurrentDictionary<LinkSession, WorkerId> _expected = new();
    private volatile WorkerHub? _hub;

    /// <summary>Loads run file and data, takes up the checkpoint where asked to, and listens.</summary>
    /// <param name="cancellation">Ends the preparing of the data, which comes first.</param>
    /// <exception cref="TrainingException">The run cannot start, or the address cannot be listened on.</exception>
    /// <exception cref="OperationCanceledException">The data was not ready yet.</exception>
    public LinkedSession(ClusterRequest request, bool resume, ITrainingObserver observer, CancellationToken cancellation)
    {
        _acceptor = new LinkAcceptor(request.Listen, request.Token, request.Tls);
        try
        {
            _session = RunSession.Open(SettingsOf(request, resume), observer, cancellation);
        }
        catch
        {
            _acceptor.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        request.Listening?.Invoke(_acceptor.Address);
    }

    public CoordinatorCore Core => _session.Core;

    public int TensorPort => _acceptor.Address.Port;

    public void Attach(IMailbox<CoordinatorInput> mailbox)
    {
        _session.OtherHost = input => mailbox.TryPost(input);
        _hub = new WorkerHub(mailbox, static () => default, _session.Run, _session.DataFile, _session.Link)
        {
            TensorLinkOwner = ticket => _expected.TryRemove(ticket, out WorkerId worker) ? worker : null,
        };
        _session.Announce();
        _acceptor.Start(Take, _session.Say);
    }

    public void Expect(LinkSession ticket, WorkerId worker) => _expected[ticket] = worker;

    public void Forget(LinkSession ticket) => _expected.TryRemove(ticket, out _);

    public async Task<TrainingResult> FinishAsync(RunEnd end)
    {
        await CloseLinksAsync().ConfigureAwait(false);
        return await _session.FinishAsync(end).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseLinksAsync().ConfigureAwait(false);
        Core.Dispose();
        await _session.DisposeAsync().ConfigureAwait(false);
    }

    private void Take(AdmittedLink link)
    {
        if (_hub is { } hub)
        {
            hub.Take(link);
        }
        else
        {
            link.Stream.Dispose();
        }
    }

    private async ValueTask CloseLinksAsync()
    {
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _hub, null) is { } hub)
        {
            await hub.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static SessionSettings SettingsOf(ClusterRequest request, bool resume) => new()
    {
        Run = request.Run,
        Data = request.Data,
        OutFolder = request.OutFolder,
        Resume = resume,
        Force = request.Force,
        Engine = "akka",
        Workers = 0,
        ThreadsPerWorker = 0,
        WorkersMin = request.WorkersMin,
        WorkersAtStart = request.WorkersMin,
        SharesData = true,
        Link = request.Link,
    };
}
