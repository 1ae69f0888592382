using System.Net.Sockets;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// The control link and the tensor link of one worker, seen from either side: sending, reading, ending. Without a control
/// link where an engine carries control messages itself.
/// </summary>
/// <remarks>
/// Ending: <see cref="Close"/> writes what waits and reads on until the peer ends, too, within <see cref="EndTimeMax"/>, and
/// reports nothing. A socket that is closed earlier answers the peer's next bytes with a reset, and what had not reached the
/// peer by then never does. A break (the peer is gone, garbage came, a queue is full) closes both links and is reported once.
/// A link that the peer closed in good order may have the peer's last words on the other one: the other is read to its end
/// first, within <see cref="LastWordsTimeMax"/>.
/// </remarks>
#pragma warning disable CA1001 // What it owns ends with the connection, not with a call of its owner's.
internal abstract class TcpPair
#pragma warning restore CA1001
{
    private readonly Stream? _controlStream;
    private readonly Stream _tensorStream;
    private readonly FrameSender? _control;
    private readonly FrameSender _tensors;
    private readonly Lock _pipesLock = new();
    private readonly CancellationTokenSource _reading = new();
    private readonly FrameReader _tensorReader = new(FrameLimits.Tensor(SharedPlace.Bytes));
    private readonly TaskCompletionSource _peerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SharedPipes? _pipes;

    /// <summary>Null: nothing is read yet.</summary>
    private IFrameSink? _pipeSink;
    private volatile bool _isPipeAgreed;
    private int _isPipeBegun;
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

    /// <summary>For the last words on both ways, after which the streams are closed as they are.</summary>
    internal TimeSpan EndTimeMax { get; init; } = TimeSpan.FromSeconds(2);

    protected bool IsEnded => Volatile.Read(ref _isEnded) != 0;

    /// <summary>Reads what comes through shared memory in the place of its thread; null: nothing comes that way (yet).</summary>
    protected ISpareWork? PipeReading => Volatile.Read(ref _pipes)?.Reader;

    /// <summary>Whether both ends have the memory that was offered, so that it may be sent through.</summary>
    protected bool IsPipeAgreed => _isPipeAgreed;

    /// <summary>Starts reading; everything that comes goes to the sinks.</summary>
    /// <param name="pipe">Takes control messages and shared tensors once the peer begins to use shared memory.</param>
    protected void StartReading(IFrameSink control, IFrameSink tensors, IFrameSink pipe)
    {
        Volatile.Write(ref _pipeSink, pipe);
        if (_controlStream is not null)
        {
            _ = ReadAsync(_controlStream, new FrameReader(FrameLimits.Control), new LinkSink(this, control));
        }

        _ = ReadAsync(_tensorStream, _tensorReader, new LinkSink(this, tensors));
    }

    /// <summary>From now on the peer may begin to send through this memory.</summary>
    /// <param name="region">Owned from now on.</param>
    /// <param name="incoming">Its slot that is read here.</param>
    protected void ExpectPipe(SharedRegion region, int incoming)
    {
        lock (_pipesLock)
        {
            if (IsEnded || _pipes is not null)
            {
                region.Dispose();
                return;
            }

            _pipes = new SharedPipes(region, incoming, ControlQueueMax + TensorQueueMax, Break);
        }
    }

    /// <summary>The peer has the memory, too: control messages and shared tensors go through it from the next one on.</summary>
    /// <exception cref="WireFormatException">There is none.</exception>
    protected void AgreeOnPipe() => _isPipeAgreed = Volatile.Read(ref _pipes) is not null
        ? true
        : throw new WireFormatException("shared memory was accepted that was not offered");

    /// <summary>The largest tensor that is taken from now on; takes effect at the next frame.</summary>
    protected void LimitTensors(int floatsMax) =>
        _tensorReader.Limits = FrameLimits.Tensor(Math.Max(floatsMax, SharedPlace.Bytes));

    private FrameSender ControlSender =>
        _control ?? throw new InvalidOperationException("control messages do not go over this connection");

    /// <summary>Calls of this and of <see cref="SendShared"/> follow each other.</summary>
    protected void SendControl(ReadOnlyMemory<byte> message)
    {
        FrameSender sender = BeginSendingThroughPipe() ?? ControlSender;
        if (!IsEnded && !sender.TrySend(new OutgoingFrame(FrameKind.Control, message, default, null, null)))
        {
            Break($"{ControlQueueMax} control messages wait to be taken");
        }
    }

    /// <summary>A tensor that lies in shared memory, where <see cref="IsPipeAgreed"/>.</summary>
    protected void SendShared(ReadOnlyMemory<byte> message, in SharedPlace place, WeightVersion? version, BucketFrame bucket)
    {
        FrameSender sender = BeginSendingThroughPipe() ?? throw new InvalidOperationException("no shared memory was agreed on");
        var frame = new OutgoingFrame(FrameKind.SharedTensor, message, place.ToBytes(), null, version, bucket);
        if (!IsEnded && !sender.TrySend(frame))
        {
            Break($"{ControlQueueMax + TensorQueueMax} messages wait to be taken");
        }
    }

    /// <summary>Null: not agreed on. The first call tells the peer, behind everything that went over the link before.</summary>
    private FrameSender? BeginSendingThroughPipe()
    {
        if (!_isPipeAgreed || _pipes is not { } pipes)
        {
            return null;
        }

        if (_isPipeBegun == 0 && Interlocked.Exchange(ref _isPipeBegun, 1) == 0
            && !(_control ?? _tensors).TrySend(new OutgoingFrame(FrameKind.PipeBegin, default, default, null, null)))
        {
            Break("the link to the other side takes nothing more");
        }

        return pipes.Sender;
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
            if (Interlocked.Increment(ref _linksClosed) == (_controlStream is null ? 1 : 2))
            {
                _peerEnded.TrySetResult();
            }
            else
            {
                await Task.Delay(LastWordsTimeMax, _reading.Token).ConfigureAwait(false);
            }

            await ReadRestOfPipeAsync().ConfigureAwait(false);
            Break("the connection was closed by the other side");
        }
        catch (WireFormatException garbage)
        {
            _peerEnded.TrySetResult();
            if (!IsEnded)
            {
                OnGarbage(garbage.Message);
            }
        }
#pragma warning disable CA1031 // Whatever ends the reading ends the connection: a peer that is not heard must not seem connected.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _peerEnded.TrySetResult();
            await ReadRestOfPipeAsync().ConfigureAwait(false);
            Break(error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset }
                ? "the connection was reset"
                : error.Message.TrimEnd('.'));
        }
    }

    private Task ReadRestOfPipeAsync() => Volatile.Read(ref _pipes)?.ReadRestAsync() ?? Task.CompletedTask;

    private void BeginPipe()
    {
        if (Volatile.Read(ref _pipes)?.TryStartReading(_pipeSink!, PipeEnded) != true && !IsEnded)
        {
            throw new WireFormatException("messages through shared memory were announced that was not offered");
        }
    }

    /// <summary>The peer's end of the pipe alone means nothing: the links end with it.</summary>
    private void PipeEnded(Exception? why)
    {
        if (why is WireFormatException garbage)
        {
            if (!IsEnded)
            {
                OnGarbage(garbage.Message);
            }
        }
        else if (why is not null)
        {
            Break(why.Message.TrimEnd('.'));
        }
    }

    private async Task EndAsync()
    {
        SharedPipes? pipes;
        lock (_pipesLock)
        {
            pipes = _pipes;
        }

        if (pipes is not null)
        {
            await pipes.FinishAsync(EndTimeMax).ConfigureAwait(false);
        }

        using (var time = new CancellationTokenSource(EndTimeMax))
        {
            Task<bool> control = _control?.FinishAsync(EndTimeMax) ?? Task.FromResult(true);
            bool[] isTold = await Task.WhenAll(control, _tensors.FinishAsync(EndTimeMax)).ConfigureAwait(false);
            if (Volatile.Read(ref _pipeSink) is not null && !isTold.Contains(false))
            {
                await _peerEnded.Task.WaitAsync(time.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await _reading.CancelAsync().ConfigureAwait(false);
        _reading.Dispose();
        await _tensorStream.DisposeAsync().ConfigureAwait(false);
        if (_controlStream is not null)
        {
            await _controlStream.DisposeAsync().ConfigureAwait(false);
        }

        if (pipes is not null)
        {
            await pipes.ReleaseAsync().ConfigureAwait(false);
        }

        _ended.TrySetResult();
    }

    /// <summary>Takes from a link what is the pair's own affair.</summary>
    private sealed class LinkSink(TcpPair pair, IFrameSink inner) : IFrameSink
    {
        public Memory<byte> PlaceFor(in FrameHeader header, ReadOnlyMemory<byte> message) => inner.PlaceFor(header, message);

        public ValueTask TakeAsync(FrameHeader header, ReadOnlyMemory<byte> message)
        {
            if (header.Kind != FrameKind.PipeBegin)
            {
                return inner.TakeAsync(header, message);
            }

            pair.BeginPipe();
            return ValueTask.CompletedTask;
        }

        public void Ended() => inner.Ended();
    }

    private const int ControlQueueMax = 1024;
    private const int TensorQueueMax = 1024;
    private static readonly TimeSpan LastWordsTimeMax = TimeSpan.FromSeconds(1);
}
