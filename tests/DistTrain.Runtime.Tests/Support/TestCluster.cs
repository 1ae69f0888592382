using System.Net;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests;

/// <summary>A coordinator on loopback in this process, and workers that join it over TCP.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task<RunEnd>> _workers = [];
    private readonly string _folder;

    public TestCluster(TinyRun tiny, string outName, ITrainingObserver observer, int workersMin = 1, bool resume = false, int port = 0,
        LinkKind link = LinkKind.Auto, RunFile? run = null)
    {
        _folder = tiny.Out("worker-data");
        Result = Task.Run(() => ClusterCoordinator.RunAsync(
            new ClusterRequest
            {
                Run = run ?? tiny.Run,
                Data = tiny.Data,
                Listen = new IPEndPoint(IPAddress.Loopback, port),
                WorkersMin = workersMin,
                Token = Token,
                OutFolder = tiny.Out(outName),
                Resume = resume,
                Link = link,
                Listening = address => _listening.TrySetResult(address),
            },
            observer, _stop.Token));
        _ = Result.ContinueWith(
            failed => _listening.TrySetException(failed.Exception!.InnerExceptions), TaskContinuationOptions.OnlyOnFaulted);
    }

    public const string Token = "a token for tests alone";

    public Task<TrainingResult> Result { get; }

    public Task<IPEndPoint> Address => _listening.Task;

    /// <returns>Cancel it to have the worker leave.</returns>
    public async Task<CancellationTokenSource> JoinAsync(int threads = 1, string token = Token, LinkKind link = LinkKind.Auto)
    {
        IPEndPoint address = await Address;
        var leave = new CancellationTokenSource();
        lock (_workers)
        {
            string name = $"test {_workers.Count + 1}";
            _workers.Add(Task.Run(() => WorkerNode.RunAsync(
                new WorkerRequest
                {
                    Host = "127.0.0.1",
                    Port = address.Port,
                    Threads = threads,
                    Token = token,
                    DataFolder = _folder,
                    Name = name,
                    Link = link,
                },
                leave.Token)));
        }

        return leave;
    }

    /// <summary>How each worker ended, in the order of joining.</summary>
    public Task<RunEnd[]> WorkerEnds()
    {
        lock (_workers)
        {
            return Task.WhenAll(_workers);
        }
    }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
