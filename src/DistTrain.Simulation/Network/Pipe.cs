using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// One direction of one link of a connection, like TCP: what is sent arrives in order and whole, or not at all from some
/// point on, because the connection broke.
/// </summary>
internal sealed class Pipe(World world, SimulatedConnection connection, ConnectionEnd receiver, Route route)
{
    private const int HistoryMax = 24;

    private readonly List<byte[]> _history = [];
    private readonly List<byte[]?> _held = [];
    private readonly FrameReader _reader = new(new FrameLimits(MessageLimits.MessageBytesMax, 1 << 20));
    private long _lastArrival;
    private int _inFlight;

    /// <summary>The next frame is flipped in one bit on its way.</summary>
    public bool CorruptNext { get; set; }

    /// <summary>The next frame arrives twice.</summary>
    public bool DuplicateNext { get; set; }

    /// <summary>The next frame is lost, and with it the connection.</summary>
    public bool LoseNext { get; set; }

    public void Send(byte[] frame)
    {
        if (LoseNext)
        {
            LoseNext = false;
            connection.Tear("a segment was lost for good");
            return;
        }

        Enqueue(CorruptNext ? Flip(frame) : frame);
        CorruptNext = false;
        if (DuplicateNext)
        {
            DuplicateNext = false;
            Enqueue(frame);
        }

        if (_history.Count == HistoryMax)
        {
            _history.RemoveAt(0);
        }

        _history.Add(frame);
    }

    /// <summary>The sender closed its end: the receiver learns it behind everything that was sent before.</summary>
    public void SendEnd() => Enqueue(null);

    /// <summary>Something that was sent before comes again.</summary>
    public void Replay(SeededSource source)
    {
        if (_history.Count > 0)
        {
            Enqueue(source.Pick(_history));
        }
    }

    /// <summary>The route is open again.</summary>
    public void ReleaseHeld()
    {
        if (_held.Count > 0 && !world.Network.IsBlocked(route))
        {
            List<byte[]?> held = [.. _held];
            _held.Clear();
            foreach (byte[]? frame in held)
            {
                _inFlight--;
                Enqueue(frame);
            }
        }
    }

    private void Enqueue(byte[]? frame)
    {
        _inFlight++;
        if (_inFlight > World.FramesInFlightMax)
        {
            throw new PromiseBrokenException(
                $"more than {World.FramesInFlightMax} frames are on their way on one link of {connection}");
        }

        long arrival = Math.Max(world.Time.Now + world.Network.Delay(), _lastArrival);
        _lastArrival = arrival;
        world.Time.In(arrival - world.Time.Now, () => Arrive(frame));
    }

    private void Arrive(byte[]? frame)
    {
        if (connection.IsTorn)
        {
            return;
        }

        if (_held.Count > 0 || world.Network.IsBlocked(route))
        {
            _held.Add(frame);
            return;
        }

        _inFlight--;
        receiver.Process.Receive(() => Read(frame));
    }

    private void Read(byte[]? frame)
    {
        if (!receiver.IsOpen)
        {
            return;
        }

        if (frame is null)
        {
            receiver.IsOpen = false;
            receiver.Lost("the other side closed the connection");
            return;
        }

        try
        {
            ReadFrame(frame);
        }
        catch (WireFormatException error)
        {
            world.Trace($"{receiver.Process} refuses bytes: {error.Message}");
            receiver.Close();
            receiver.Lost(error.Message);
        }
    }

    private void ReadFrame(byte[] frame)
    {
        byte[] payload = [];
        for (int at = 0; at < frame.Length;)
        {
            Memory<byte> space = _reader.Space;
            int count = Math.Min(space.Length, frame.Length - at);
            frame.AsSpan(at, count).CopyTo(space.Span);
            at += count;
            FrameProgress progress = _reader.Advance(count);
            if (progress == FrameProgress.MessageReady)
            {
                payload = new byte[_reader.Header.PayloadBytes];
                _reader.ReceivePayload(payload);
            }
            else if (progress == FrameProgress.FrameReady)
            {
                receiver.Arrived(_reader.Header.Kind, _reader.Message, payload);
            }
        }
    }

    private byte[] Flip(byte[] frame)
    {
        byte[] damaged = [.. frame];
        damaged[world.Chance.Below(damaged.Length)] ^= (byte)(1 << world.Chance.Below(8));
        return damaged;
    }
}
