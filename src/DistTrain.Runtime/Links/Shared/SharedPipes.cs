namespace DistTrain.Runtime;

/// <summary>
/// One end of the pipes between two processes of a connection. Small messages need neither a socket nor the pool's threads on
/// their way, whose wake-ups take longer than what the messages ask for.
/// </summary>
#pragma warning disable CA1001 // What it owns ends with FinishAsync and ReleaseAsync, which every owner calls.
internal sealed class SharedPipes
#pragma warning restore CA1001
{
    private readonly SharedRegion _region;
    private readonly SharedPipe _incoming;
    private readonly SharedPipeStream _outgoing;
    private readonly Lock _lock = new();
    private PipeReader? _reader;
    private bool _isFinished;

    /// <param name="region">Owned from now on; made by <see cref="TryCreateRegion"/> or opened at the peer's.</param>
    /// <param name="incoming">Its slot that is read here; the other is written.</param>
    /// <param name="capacity">Messages that may wait.</param>
    /// <param name="broken">Told once when writing fails.</param>
    public SharedPipes(SharedRegion region, int incoming, int capacity, Action<string> broken)
    {
        _region = region;
        _incoming = new SharedPipe(region, incoming);
        _outgoing = new SharedPipeStream(new SharedPipe(region, 1 - incoming));
        Sender = new FrameSender(_outgoing, capacity, broken);
    }

    public FrameSender Sender { get; }

    /// <summary>Null: nothing is read (yet).</summary>
    public PipeReader? Reader => Volatile.Read(ref _reader);

    /// <returns>Memory for both directions; null: there is none on this system.</returns>
    public static SharedRegion? TryCreateRegion() =>
        Futex.IsSupported ? SharedRegion.TryCreate(Directions, SharedPipe.SlotFloats) : null;

    /// <returns>The peer's memory for both directions; null: it cannot be opened here.</returns>
    public static SharedRegion? TryOpenRegion(in SharedPlace place)
    {
        SharedRegion? region = Futex.IsSupported
            ? SharedRegion.TryOpen(place, SharedPipe.SlotFloats, isWritable: true)
            : null;
        if (region is { Slots: not Directions })
        {
            region.Dispose();
            return null;
        }

        return region;
    }

    /// <summary>Reads from now on.</summary>
    /// <param name="ended">Told on the reader's thread why reading ended; null: nothing comes any more.</param>
    /// <returns>False: it reads already, or is over.</returns>
    public bool TryStartReading(IFrameSink sink, Action<Exception?> ended)
    {
        lock (_lock)
        {
            if (_reader is not null || _isFinished)
            {
                return false;
            }

            Volatile.Write(ref _reader, new PipeReader(_incoming, sink, ended));
            return true;
        }
    }

    /// <summary>Returns when everything that is there was read: the peer can write no more.</summary>
    public Task ReadRestAsync()
    {
        lock (_lock)
        {
            if (_reader is null || _reader.Completion.IsCompleted)
            {
                return Task.CompletedTask;
            }

            _incoming.EndReading();
            return _reader.Completion;
        }
    }

    /// <summary>What waits is still written, within the time given; then the peer gets the end.</summary>
    public async Task FinishAsync(TimeSpan timeMax)
    {
        await Sender.FinishAsync(timeMax).ConfigureAwait(false);
        await _outgoing.DisposeAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _isFinished = true;
        }
    }

    /// <summary>After <see cref="FinishAsync"/>: ends the reading, then gives the memory back.</summary>
    public async Task ReleaseAsync()
    {
        await ReadRestAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _region.Dispose();
        }
    }

    private const int Directions = 2;
}
