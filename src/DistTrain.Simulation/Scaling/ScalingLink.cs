using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// One direction of one connection: frames leave whole, one after the other, in the order that links send them in
/// (<see cref="SendOrder"/>).
/// </summary>
internal sealed class ScalingLink(HostLink from, HostLink to)
{
    private readonly List<Frame> _frames = [];
    private Frame? _onItsWay;

    public HostLink To => to;

    /// <summary>Pieces that wait for the receiver's link.</summary>
    public Queue<(long Bytes, Action? Arrived)> Incoming { get; } = new();

    public bool IsEmpty => _frames.Count == 0 && _onItsWay is null;

    /// <summary>Its host's link will come to it by itself.</summary>
    public bool HasTurn { get; set; }

    /// <param name="bytes">Of the whole frame, header included.</param>
    /// <param name="arrived">Called when the last byte is there.</param>
    /// <param name="bucket">Of weights and sums; else null.</param>
    public void Send(long bytes, Action arrived, BucketFrame? bucket)
    {
        _frames.Add(new Frame(bytes, arrived, bucket));
        from.Offer(this);
    }

    /// <summary>Takes the next bytes off the queue.</summary>
    /// <returns>How many, and what to call when they are there; null if more of the frame follows.</returns>
    public (long Bytes, Action? Arrived) Take(long bytesMax)
    {
        Frame frame = _onItsWay ??= TakeNext();
        long bytes = Math.Min(frame.BytesLeft, bytesMax);
        frame.BytesLeft -= bytes;
        if (frame.BytesLeft > 0)
        {
            return (bytes, null);
        }

        _onItsWay = null;
        return (bytes, frame.Arrived);
    }

    private Frame TakeNext()
    {
        int place = SendOrder.First(_frames, static frame => frame.Bucket);
        Frame frame = _frames[place];
        _frames.RemoveAt(place);
        return frame;
    }

    private sealed class Frame(long bytes, Action arrived, BucketFrame? bucket)
    {
        public BucketFrame? Bucket => bucket;

        public long BytesLeft { get; set; } = bytes;

        public Action Arrived => arrived;
    }
}
