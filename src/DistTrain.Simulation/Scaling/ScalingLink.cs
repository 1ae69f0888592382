namespace DistTrain.Simulation;

/// <summary>One direction of one connection: what is sent arrives in order, after the bytes before it.</summary>
internal sealed class ScalingLink(HostLink from, HostLink to)
{
    private readonly Queue<Frame> _frames = new();

    public HostLink To => to;

    /// <summary>Pieces that wait for the receiver's link.</summary>
    public Queue<(long Bytes, Action? Arrived)> Incoming { get; } = new();

    public bool IsEmpty => _frames.Count == 0;

    /// <summary>Its host's link will come to it by itself.</summary>
    public bool HasTurn { get; set; }

    /// <param name="bytes">Of the whole frame, header included.</param>
    /// <param name="arrived">Called when the last byte is there.</param>
    public void Send(long bytes, Action arrived)
    {
        _frames.Enqueue(new Frame(bytes, arrived));
        from.Offer(this);
    }

    /// <summary>Takes the next bytes off the queue.</summary>
    /// <returns>How many, and what to call when they are there; null if more of the frame follows.</returns>
    public (long Bytes, Action? Arrived) Take(long bytesMax)
    {
        Frame frame = _frames.Peek();
        long bytes = Math.Min(frame.BytesLeft, bytesMax);
        frame.BytesLeft -= bytes;
        if (frame.BytesLeft > 0)
        {
            return (bytes, null);
        }

        _frames.Dequeue();
        return (bytes, frame.Arrived);
    }

    private sealed class Frame(long bytes, Action arrived)
    {
        public long BytesLeft { get; set; } = bytes;

        public Action Arrived => arrived;
    }
}
