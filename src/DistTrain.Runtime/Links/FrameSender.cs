using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;
using System.Threading.Channels;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A frame that waits to be sent.</summary>
/// <param name="Payload">Raw bytes, read when the frame's turn comes; may be empty.</param>
/// <param name="Owner">Released after sending, or when the frame is dropped; may be null.</param>
/// <param name="Version">Of weights: a frame with an older version than a later one's is dropped; else null.</param>
/// <param name="Bucket">Of weights and sums: those of one vector leave front first; else null.</param>
internal sealed record OutgoingFrame(
    FrameKind Kind, ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Payload, Action? Owner, WeightVersion? Version,
    BucketFrame? Bucket = null);

/// <summary>The bounded queue of one connection's outgoing frames, and the loop that writes them.</summary>
/// <remarks>
/// There is no thread behind it: whoever sends a small frame while nobody writes, writes it, as far as the socket takes it
/// at once; the rest, and large frames, go on in the pool. So a small message costs no wake-up of a thread here. A small
/// frame is copied together, a large one leaves with one call from where its parts lie (<see cref="VectoredWrite"/>).
/// </remarks>
#pragma warning disable CA1001 // What it owns ends with FinishAsync, which every owner calls.
internal sealed class FrameSender
#pragma warning restore CA1001
{
    private readonly Stream _stream;
    private readonly VectoredWrite? _vectored;
    private readonly Channel<OutgoingFrame> _frames;
    private readonly Action<string> _broken;
    private readonly CancellationTokenSource _aborting = new();

    /// <summary>Whether all was written; known after <see cref="FinishAsync"/> was called, or when the connection broke.</summary>
    private readonly TaskCompletionSource<bool> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Taken from the queue by the writer, so that it can choose among them; empty while nobody writes.</summary>
    private readonly List<OutgoingFrame> _ahead = [];
    private byte[] _small = new byte[SmallBytesMax];
    private long _newestVersion = -1;
    private int _isWriting;

    /// <param name="capacity">Frames that may wait.</param>
    /// <param name="broken">Told once when writing fails.</param>
    public FrameSender(Stream stream, int capacity, Action<string> broken)
    {
        _stream = stream;
        _vectored = VectoredWrite.TryFor(stream);
        _broken = broken;
        _frames = Channel.CreateBounded<OutgoingFrame>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    /// <returns>False: the queue is full or closed; the frame stays the caller's.</returns>
    public bool TrySend(OutgoingFrame frame)
    {
        if (frame.Version is { } version)
        {
            Interlocked.Exchange(ref _newestVersion, version.Value);
        }

        if (!_frames.Writer.TryWrite(frame))
        {
            return false;
        }

        WriteIfNobodyDoes();
        return true;
    }

    /// <summary>
    /// Nothing more is queued; what waits is still written, within the time given, and the end told, within the same again.
    /// </summary>
    /// <returns>Whether the peer was told that this was all. The stream is open either way: it is its owner's to close.</returns>
    public async Task<bool> FinishAsync(TimeSpan timeMax)
    {
        _frames.Writer.TryComplete();
        _aborting.CancelAfter(timeMax);
        WriteIfNobodyDoes();
        bool isWritten = await _written.Task.ConfigureAwait(false);
        _aborting.Dispose();
        try
        {
            return isWritten && await SendingEnd.TryTellAsync(_stream).WaitAsync(timeMax).ConfigureAwait(false);
        }
        catch (Exception error) when (
            error is IOException or InvalidOperationException or AuthenticationException or TimeoutException)
        {
            return false;
        }
    }

    private void WriteIfNobodyDoes()
    {
        if (Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0)
        {
            _ = WriteWaitingAsync();
        }
    }

    /// <summary>The caller has the turn: writes what waits, and gives the turn back when nothing does.</summary>
    private async Task WriteWaitingAsync()
    {
        bool isInPool = false;
        try
        {
            do
            {
                while (TryTakeNext(out OutgoingFrame? frame))
                {
                    if (!isInPool && BytesOf(frame) > SmallBytesMax)
                    {
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                        isInPool = true;
                    }

                    await WriteAsync(frame).ConfigureAwait(false);
                }

                if (_frames.Reader.Completion.IsCompleted)
                {
                    _written.TrySetResult(true);
                    return;
                }

                Interlocked.Exchange(ref _isWriting, 0);
            }
            while ((_frames.Reader.TryPeek(out _) || _frames.Reader.Completion.IsCompleted)
                && Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _frames.Writer.TryComplete();
            while (TryTakeNext(out OutgoingFrame? dropped))
            {
                dropped.Owner?.Invoke();
            }

            _written.TrySetResult(false);
            _broken(error is OperationCanceledException ? "it does not take what is sent" : error.Message);
        }
    }

    private bool TryTakeNext([NotNullWhen(true)] out OutgoingFrame? next)
    {
        while (_ahead.Count < AheadFramesMax && _frames.Reader.TryRead(out OutgoingFrame? frame))
        {
            _ahead.Add(frame);
        }

        next = null;
        if (_ahead.Count > 0)
        {
            int place = SendOrder.First(_ahead, static frame => frame.Bucket);
            next = _ahead[place];
            _ahead.RemoveAt(place);
        }

        return next is not null;
    }

    private async ValueTask WriteAsync(OutgoingFrame frame)
    {
        try
        {
            if (frame.Version is { } version && version.Value < Volatile.Read(ref _newestVersion))
            {
                return;
            }

            int headBytes = FrameHeader.Bytes + frame.Message.Length;
            int bytes = BytesOf(frame) <= SmallBytesMax ? BytesOf(frame) : headBytes;
            if (_small.Length < bytes)
            {
                _small = new byte[bytes];
            }

            FrameHeader.For(frame.Kind, frame.Message.Span, frame.Payload.Span).Write(_small);
            frame.Message.CopyTo(_small.AsMemory(FrameHeader.Bytes));
            frame.Payload[..(bytes - headBytes)].CopyTo(_small.AsMemory(headBytes));
            ReadOnlyMemory<byte> rest = frame.Payload[(bytes - headBytes)..];
            int sent = rest.IsEmpty ? 0 : SendAtOnce(_small.AsSpan(0, bytes), rest.Span);
            if (sent < bytes)
            {
                await _stream.WriteAsync(_small.AsMemory(sent, bytes - sent), _aborting.Token).ConfigureAwait(false);
                sent = bytes;
            }

            if (sent - bytes < rest.Length)
            {
                await _stream.WriteAsync(rest[(sent - bytes)..], _aborting.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            frame.Owner?.Invoke();
        }
    }

    /// <returns>Bytes of both that are on their way; 0 where a stream takes one part at a time.</returns>
    private int SendAtOnce(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload)
    {
        if (_vectored is null)
        {
            return 0;
        }

        _aborting.Token.ThrowIfCancellationRequested();
        return _vectored.Send(head, payload);
    }

    private static int BytesOf(OutgoingFrame frame) => FrameHeader.Bytes + frame.Message.Length + frame.Payload.Length;

    /// <summary>A frame up to here is written with one call, on the sender's thread.</summary>
    private const int SmallBytesMax = 2048;

    /// <summary>Frames among which the writer chooses; a model's buckets on their way to one worker are fewer as a rule.</summary>
    private const int AheadFramesMax = 64;
}
