using System.Net.Sockets;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The control link and the tensor link of one worker, seen from either side: sending, reading, ending. Without a control
/// link where an engine carries control messages itself.
/// </summary>
/// <remarks>
/// Ending: <see cref="Close"/> writes what waits, within <see cref="FlushTimeMax"/>, and reports nothing. A break (the
/// peer is gone, garbage came, a queue is full) closes both links and is reported once. A link that the peer closed in
/// good order may have the peer's last words on the other one: the other is read to its end first, within
/// <see cref="LastWordsTimeMax"/>.
/// </remarks>
#pragma warning disable CA1001 // What it owns ends with the connection, not with a call of its owner's.
internal abstract class TcpPair
#pragma warning restore CA1001
{
    private readonly Stream? _controlStream;
    private readonly Stream _tensorStream;
    private readonly FrameSender? _control;
    private readonly FrameSender _tensors;
    private readonly CancellationTokenSource _reading = new();
    private readonly FrameReader _tensorReader = new(FrameLimits.Tensor(SharedPlace.Bytes));
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isEnded;
    private int _linksClosed;

    protected TcpPair(Stream? control, Stream tensor)
    {
        _controlStream = control;
        _tensorStream = tensor;
        _control = control is null ? null : new FrameSender(control, ControlQueueMax, Break);
        _tensors = new FrameSender(tensor, TensorQueueMax, Break);
    }

    /// <summary>Ends when what waited was written, or given up, and both streams are closed.</summary>
    public Task Ended => _ended.Task;

    protected bool IsEnded => Volatile.Read(ref _isEnded) != 0;

    /// <summary>Starts reading; everything that comes goes to the two sinks.</summary>
    protected void StartReading(IFrameSink control, IFrameSink tensors)
    {
        if (_controlStream is not null)
        {
            _ = ReadAsync(_controlStream, new FrameReader(FrameLimits.Control), control);
        }

        _ = ReadAsync(_tensorStream, _tensorReader, tensors);
    }

    /// <summary>The largest tensor that is taken from now on; takes effect at the next frame.</summary>
    protected void LimitTensors(int floatsMax) =>
        _tensorReader.Limits = FrameLimits.Tensor(Math.Max(floatsMax, SharedPlace.Bytes));

    private FrameSender ControlSender =>
        _control ?? throw new InvalidOperationException("control messages do not go over this connection");

    protected void SendControl(ReadOnlyMemory<byte> message)
    {
        if (!IsEnded && !ControlSender.TrySend(new OutgoingFrame(FrameKind.Control, message, default, null, null)))
        {
            Break($"{ControlQueueMax} control messages wait to be taken");
        }
    }

    /// <param name="release">Gives back the reference that this call takes over; null: there is none.</param>
    protected void SendTensor(
        FrameKind kind, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> payload, Action? release, WeightVersion? version,
        BucketFrame? bucket = null)
    {
        if (IsEnded)
        {
            release?.Invoke();
        }
        else if (!_tensors.TrySend(new OutgoingFrame(kind, message, payload, release, version, bucket)))
        {
            release?.Invoke();
            Break($"{TensorQueueMax} tensors wait to be taken");
        }
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            _ = EndAsync();
        }
    }

    protected void Break(string reason)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            _ = EndAsync();
            OnBroken(reason);
        }
    }

    /// <summary>The connection is over, for this reason.</summary>
    protected abstract void OnBroken(string reason);

    /// <summary>The peer's bytes were not the protocol's. The connection is read no further.</summary>
    protected abstract void OnGarbage(string what);

    private async Task ReadAsync(Stream stream, FrameReader reader, IFrameSink sink)
    {
        try
        {
            await FramePump.RunAsync(stream, reader, sink, _reading.Token).ConfigureAwait(false);
            if (Interlocked.Increment(ref _linksClosed) < (_controlStream is null ? 1 : 2))
            {
                await Task.Delay(LastWordsTimeMax, _reading.Token).ConfigureAwait(false);
            }

            Break("the connection was closed by the other side");
        }
        catch (WireFormatException garbage)
        {
            if (!IsEnded)
            {
                OnGarbage(garbage.Message);
            }
        }
        catch (Exception error) when (
            error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Break(error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset }
                ? "the connection was reset"
                : error.Message.TrimEnd('.'));
        }
    }

    private async Task EndAsync()
    {
        Task control = _control?.FinishAsync(FlushTimeMax) ?? Task.CompletedTask;
        await Task.WhenAll(control, _tensors.FinishAsync(FlushTimeMax)).ConfigureAwait(false);
        await _reading.CancelAsync().ConfigureAwait(false);
        _reading.Dispose();
        _ended.TrySetResult();
    }

    private const int ControlQueueMax = 1024;
    private const int TensorQueueMax = 1024;
    private static readonly TimeSpan FlushTimeMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastWordsTimeMax = TimeSpan.FromSeconds(1);
}
