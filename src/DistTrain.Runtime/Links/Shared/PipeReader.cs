using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>
/// Takes the frames that come through a pipe, on a thread of its own that sleeps between them, and on threads of this process
/// that wait for what the frames bring: while one of them looks again and again, the thread need not be woken.
/// </summary>
/// <remarks>One thread at a time reads. What a frame causes is done on the thread that read it (see <see cref="Actor{T}"/>).</remarks>
internal sealed class PipeReader : ISpareWork
{
    private readonly SharedPipe _pipe;
    private readonly IFrameSink _sink;
    private readonly Action<Exception?> _ended;
    private readonly FrameReader _frames = new(FrameLimits.Control with { PayloadBytesMax = SharedPlace.Bytes });
    private readonly byte[] _ahead = new byte[AheadBytes];
    private readonly Lock _turn = new();
    private readonly Lock _standIns = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _standInCount;
    private volatile bool _isClosed;
    private Exception? _failure;

    /// <param name="ended">Told on the reader's thread why reading ended; null: nothing comes any more.</param>
    public PipeReader(SharedPipe pipe, IFrameSink sink, Action<Exception?> ended)
    {
        _pipe = pipe;
        _sink = sink;
        _ended = ended;
        new Thread(Run) { IsBackground = true, Name = "pipe reader" }.Start();
    }

    /// <summary>Ends when nothing is read any more.</summary>
    public Task Completion => _completion.Task;

    public void Join()
    {
        lock (_standIns)
        {
            _standInCount++;
            if (!_isClosed)
            {
                _pipe.WantNoWaking();
            }
        }
    }

    public bool TryHelp()
    {
        if (!_turn.TryEnter())
        {
            return false;
        }

        try
        {
            return !_isClosed && _pipe.HasBytes && ReadWaiting();
        }
        finally
        {
            _turn.Exit();
        }
    }

    public void Leave()
    {
        lock (_standIns)
        {
            _standInCount--;
            if (_standInCount == 0 && !_isClosed)
            {
                _pipe.WantWakingAgain();
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            // Asked before reading: what was written before the end is read.
            bool isOver = _pipe.IsOver;
            lock (_turn)
            {
                ReadWaiting();
            }

            if (isOver || _failure is not null)
            {
                break;
            }

            _pipe.Sleep();
        }

        Close();
        _ended(_failure);
        _completion.TrySetResult();
    }

    /// <summary>For whoever has the turn.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool ReadWaiting()
    {
        bool hasRead = false;
        try
        {
            int count;
            while (_failure is null && (count = _pipe.TryRead(_ahead)) > 0)
            {
                hasRead = true;
                Feed(_ahead.AsSpan(0, count));
            }
        }
#pragma warning disable CA1031 // Whatever ends the reading ends the connection, not a compute thread or the process.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = failure;
            _pipe.EndReading();
        }

        return hasRead;
    }

    private void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> space = _frames.Space.Span;
            int count = Math.Min(space.Length, bytes.Length);
            bytes[..count].CopyTo(space);
            bytes = bytes[count..];
            ValueTask taking = FramePump.AdvanceAsync(_frames, _sink, count);
            if (!taking.IsCompletedSuccessfully)
            {
                // The receiver is full: so is this reader, then.
                taking.AsTask().GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>From here on no thread of another's touches the pipe.</summary>
    private void Close()
    {
        lock (_turn)
        {
            lock (_standIns)
            {
                _isClosed = true;
            }

            _sink.Ended();
        }
    }

    private const int AheadBytes = 4096;
}
