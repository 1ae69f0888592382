using System.Text.Json;
using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// What becomes of admitted links at a coordinator: control and tensor link of one session become a worker, the others
/// are answered (data, status).
/// </summary>
internal sealed class WorkerHub : IAsyncDisposable
{
    private readonly IMailbox<CoordinatorInput> _coordinator;
    private readonly Func<WorkerId> _nextWorkerId;
    private readonly LoadedRun _run;
    private readonly string? _dataFile;
    private readonly LinkKind _link;
    private readonly SharingOffers _offers = new();
    private readonly SumBufferPool _sums;
    private readonly SumBufferPool _metrics = new(MetricSums.Count);
    private readonly Lock _lock = new();
    private readonly Dictionary<LinkSession, AdmittedLink> _halves = [];
    private readonly HashSet<TcpWorkerPort> _ports = [];
    private readonly CancellationTokenSource _ending = new();

    /// <param name="dataFile">The prepared data, for workers that have no copy; null: none is given.</param>
    public WorkerHub(
        IMailbox<CoordinatorInput> coordinator, Func<WorkerId> nextWorkerId, LoadedRun run, string? dataFile,
        LinkKind link = LinkKind.Auto)
    {
        _link = link;
        _coordinator = coordinator;
        _nextWorkerId = nextWorkerId;
        _run = run;
        _dataFile = dataFile;
        _sums = new SumBufferPool(run.Buckets.SumLengthMax);
    }

    /// <summary>
    /// For an engine that carries control messages itself: the worker that a tensor link's session belongs to, or null. A
    /// session is asked for once. Without this every worker brings a control link.
    /// </summary>
    public Func<LinkSession, WorkerId?>? TensorLinkOwner { get; init; }

    /// <summary>Takes an admitted link; returns at once.</summary>
    public void Take(AdmittedLink link)
    {
        switch (link.Role)
        {
            case LinkRole.Control or LinkRole.Tensor when TensorLinkOwner is null:
                Pair(link);
                break;
            case LinkRole.Tensor when TensorLinkOwner!(link.Session) is { } worker:
                Begin(worker, null, link);
                break;
            case LinkRole.Control or LinkRole.Tensor:
                link.Stream.Dispose();
                break;
            case LinkRole.Data:
                _ = AnswerAsync(link, SendDataAsync);
                break;
            default:
                _ = AnswerAsync(link, SendStatusAsync);
                break;
        }
    }

    /// <summary>Waits until the last words to the workers are written, which takes a bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        Task[] ports;
        lock (_lock)
        {
            foreach (AdmittedLink half in _halves.Values)
            {
                half.Stream.Dispose();
            }

            _halves.Clear();
            ports = [.. _ports.Select(port => port.Ended)];
            foreach (TcpWorkerPort port in _ports)
            {
                port.Close();
            }
        }

        await Task.WhenAll(ports).ConfigureAwait(false);
        _sums.Dispose();
        _metrics.Dispose();
        _ending.Dispose();
    }

    private void Pair(AdmittedLink link)
    {
        AdmittedLink? other;
        lock (_lock)
        {
            if (!_halves.Remove(link.Session, out other))
            {
                if (_halves.Count >= HalvesMax)
                {
                    link.Stream.Dispose();
                    return;
                }

                _halves.Add(link.Session, link);
                _ = DropHalfLaterAsync(link);
                return;
            }
        }

        if (other.Role == link.Role)
        {
            other.Stream.Dispose();
            link.Stream.Dispose();
            return;
        }

        (AdmittedLink control, AdmittedLink tensor) = link.Role == LinkRole.Control ? (link, other) : (other, link);
        Begin(_nextWorkerId(), control, tensor);
    }

    private void Begin(WorkerId worker, AdmittedLink? control, AdmittedLink tensor)
    {
        var port = new TcpWorkerPort(worker, control, tensor, _coordinator, _run.Buckets, _sums, _metrics, _link)
        {
            Offers = _offers,
        };
        lock (_lock)
        {
            _ports.Add(port);
        }

        _ = ServeAsync(port);
    }

    private async Task ServeAsync(TcpWorkerPort port)
    {
        await port.StartAsync().ConfigureAwait(false);
        await port.Ended.ConfigureAwait(false);
        lock (_lock)
        {
            _ports.Remove(port);
        }
    }

    /// <summary>A worker's second link that never comes must not keep the first for ever.</summary>
    private async Task DropHalfLaterAsync(AdmittedLink half)
    {
        try
        {
            await Task.Delay(PairTimeMax, _ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        bool isLonely;
        lock (_lock)
        {
            isLonely = _halves.TryGetValue(half.Session, out AdmittedLink? waiting) && ReferenceEquals(waiting, half)
                && _halves.Remove(half.Session);
        }

        if (isLonely)
        {
            await half.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(AdmittedLink link, Func<Stream, string?, CancellationToken, Task> answer)
    {
        try
        {
            await answer(link.Stream, _dataFile, _ending.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (
            error is IOException or UnauthorizedAccessException or ObjectDisposedException or OperationCanceledException or WireFormatException)
        {
            // The asker is gone, or the run is; whoever still wants an answer asks again.
        }
        finally
        {
            await link.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A coordinator that gave way to this one may have taken the file along as it ended.</summary>
    private async Task SendDataAsync(Stream stream, string? dataFile, CancellationToken cancellation)
    {
        if (dataFile is not null && !File.Exists(dataFile))
        {
            await Task.Run(() => _run.Data.Save(dataFile), cancellation).ConfigureAwait(false);
        }

        await DataService.SendAsync(stream, dataFile, cancellation).ConfigureAwait(false);
    }

    private async Task SendStatusAsync(Stream stream, string? dataFile, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<StatusReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_coordinator.TryPost(new CoordinatorInput.AskStatus(answer)))
        {
            return;
        }

        StatusReport report = await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(report, RuntimeJson.Line);
        byte[] frame = new byte[FrameHeader.Bytes + json.Length];
        FrameHeader.For(FrameKind.Status, json, []).Write(frame);
        json.CopyTo(frame, FrameHeader.Bytes);
        await stream.WriteAsync(frame, cancellation).ConfigureAwait(false);
    }

    private const int HalvesMax = 1024;
    private static readonly TimeSpan PairTimeMax = TimeSpan.FromSeconds(10);
}
