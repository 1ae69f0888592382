using System.Threading.Channels;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>A frame that waits to be sent.</summary>
/// <param name="Payload">Raw bytes, read when the frame's turn comes; may be empty.</param>
/// <param name="Owner">Released after sending, or when the frame is dropped; may be null.</param>
/// <param name="Version">Of weights: a frame with an older version than a later one's is dropped; else null.</param>
internal sealed record OutgoingFrame(
    FrameKind Kind, ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Payload, Action? Owner, WeightVersion? Version);

/// <summary>The bounded queue of one connection's outgoing frames, and the loop that writes them.</summary>
#pragma warning disable CA1001 // What it owns ends with FinishAsync, which every owner calls.
internal sealed class FrameSender
#pragma warning restore CA1001
{
    private readonly Stream _stream;
    private readonly Channel<OutgoingFrame> _frames;
    private readonly Action<string> _broken;
    private readonly CancellationTokenSource _aborting = new();
    private long _newestVersion = -1;

    /// <param name="capacity">Frames that may wait.</param>
    /// <param name="broken">Told once when writing fails.</param>
    public FrameSender(Stream stream, int capacity, Action<string> broken)
    {
        _stream = stream;
        _broken = broken;
        _frames = Channel.CreateBounded<OutgoingFrame>(new BoundedChannelOptions(capacity) { SingleReader = true });
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when everything was written after <see cref="FinishAsync"/>, or the connection broke.</summary>
    public Task Completion { get; }

    /// <returns>False: the queue is full or closed; the frame stays the caller's.</returns>
    public bool TrySend(OutgoingFrame frame)
    {
        if (frame.Version is { } version)
        {
            Interlocked.Exchange(ref _newestVersion, version.Value);
        }

        return _frames.Writer.TryWrite(frame);
    }

    /// <summary>Nothing more is queued; what waits is still written, within the time given, then the stream is closed.</summary>
    public async Task FinishAsync(TimeSpan timeMax)
    {
        _frames.Writer.TryComplete();
        _aborting.CancelAfter(timeMax);
        await Completion.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _aborting.Dispose();
    }

    private async Task RunAsync()
    {
        byte[] head = new byte[HeadBytes];
        try
        {
            await foreach (OutgoingFrame frame in _frames.Reader.ReadAllAsync(_aborting.Token).ConfigureAwait(false))
            {
                try
                {
                    bool isOutdated = frame.Version is { } version && version.Value < Volatile.Read(ref _newestVersion);
                    if (!isOutdated)
                    {
                        head = await WriteAsync(frame, head).ConfigureAwait(false);
                    }
                }
                finally
                {
                    frame.Owner?.Invoke();
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _frames.Writer.TryComplete();
            _broken(error is OperationCanceledException ? "it does not take what is sent" : error.Message);
        }

        while (_frames.Reader.TryRead(out OutgoingFrame? dropped))
        {
            dropped.Owner?.Invoke();
        }
    }

    private async ValueTask<byte[]> WriteAsync(OutgoingFrame frame, byte[] head)
    {
        int headLength = FrameHeader.Bytes + frame.Message.Length;
        if (head.Length < headLength)
        {
            head = new byte[headLength];
        }

        FrameHeader.For(frame.Kind, frame.Message.Span, frame.Payload.Span).Write(head);
        frame.Message.CopyTo(head.AsMemory(FrameHeader.Bytes));
        await _stream.WriteAsync(head.AsMemory(0, headLength), _aborting.Token).ConfigureAwait(false);
        if (!frame.Payload.IsEmpty)
        {
            await _stream.WriteAsync(frame.Payload, _aborting.Token).ConfigureAwait(false);
        }

        return head;
    }

    private const int HeadBytes = 1024;
}
