namespace DistTrain.Protocol;

/// <summary>What the last bytes completed.</summary>
public enum FrameProgress
{
    /// <summary>More bytes are needed.</summary>
    Incomplete = 0,

    /// <summary>
    /// Header and message are there and whole, a payload follows: say where it goes with
    /// <see cref="FrameReader.ReceivePayload"/>.
    /// </summary>
    MessageReady = 1,

    /// <summary>The frame is whole. The next bytes start another one.</summary>
    FrameReady = 2,
}

/// <summary>
/// Cuts a stream of bytes into frames. The caller receives into <see cref="Space"/> and says how many bytes came; a
/// payload goes straight to the memory that the caller names, without a copy.
/// </summary>
/// <remarks>
/// States: Header → Message → (PayloadPlace → Payload) → Header; Broken after the first error, for good: in a stream
/// without its frame borders nothing that follows can be believed. It owns one buffer, grown to the largest message seen,
/// which the limits bound.
/// </remarks>
public sealed class FrameReader(FrameLimits limits)
{
    private readonly byte[] _headerBytes = new byte[FrameHeader.Bytes];
    private byte[] _messageBytes = [];
    private Memory<byte> _payload;
    private State _state = State.Header;
    private int _filled;

    private enum State
    {
        Header,
        Message,
        PayloadPlace,
        Payload,
        Broken,
    }

    /// <summary>May be raised after admission, between frames.</summary>
    public FrameLimits Limits { get; set; } = limits;

    /// <summary>Of the frame in hand; valid from MessageReady or FrameReady until the next bytes.</summary>
    public FrameHeader Header { get; private set; }

    /// <summary>Valid like <see cref="Header"/>; overwritten by the next frame.</summary>
    public ReadOnlyMemory<byte> Message => _messageBytes.AsMemory(0, Header.MessageBytes);

    /// <summary>Where the next bytes of the stream belong; never empty, except when a payload's place is awaited.</summary>
    public Memory<byte> Space => _state switch
    {
        State.Header => _headerBytes.AsMemory(_filled),
        State.Message => _messageBytes.AsMemory(_filled, Header.MessageBytes - _filled),
        State.Payload => _payload[_filled..],
        _ => Memory<byte>.Empty,
    };

    /// <summary>Whether the stream may end here without cutting a frame.</summary>
    public bool IsBetweenFrames => _state == State.Header && _filled == 0;

    /// <summary>Says that so many bytes were written into <see cref="Space"/>.</summary>
    /// <exception cref="WireFormatException">They are not the protocol's, or damaged. The reader is of no use afterwards.</exception>
    public FrameProgress Advance(int byteCount)
    {
        if (byteCount < 0 || byteCount > Space.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(byteCount), byteCount, $"expected 0 to {Space.Length}, the space that was offered");
        }

        _filled += byteCount;
        try
        {
            return _state switch
            {
                State.Header when _filled == FrameHeader.Bytes => HeaderIsWhole(),
                State.Message when _filled == Header.MessageBytes => MessageIsWhole(),
                State.Payload when _filled == Header.PayloadBytes => PayloadIsWhole(),
                _ => FrameProgress.Incomplete,
            };
        }
        catch (WireFormatException)
        {
            _state = State.Broken;
            throw;
        }
    }

    /// <summary>Names the memory that takes the payload; exactly <c>Header.PayloadBytes</c> long.</summary>
    public void ReceivePayload(Memory<byte> destination)
    {
        if (_state != State.PayloadPlace || destination.Length != Header.PayloadBytes)
        {
            throw new InvalidOperationException(
                $"a place of {destination.Length} bytes was named for a payload; "
                + $"the reader is at {_state}, the payload has {Header.PayloadBytes} bytes");
        }

        _payload = destination;
        _filled = 0;
        _state = State.Payload;
    }

    private FrameProgress HeaderIsWhole()
    {
        Header = FrameHeader.Read(_headerBytes, Limits);
        if (_messageBytes.Length < Header.MessageBytes)
        {
            _messageBytes = new byte[Header.MessageBytes];
        }

        _filled = 0;
        _state = State.Message;
        return Header.MessageBytes == 0 ? MessageIsWhole() : FrameProgress.Incomplete;
    }

    private FrameProgress MessageIsWhole()
    {
        Header.CheckMessage(Message.Span);
        _filled = 0;
        if (Header.PayloadBytes == 0)
        {
            _state = State.Header;
            return FrameProgress.FrameReady;
        }

        _state = State.PayloadPlace;
        return FrameProgress.MessageReady;
    }

    private FrameProgress PayloadIsWhole()
    {
        Header.CheckPayload(_payload.Span);
        _payload = Memory<byte>.Empty;
        _filled = 0;
        _state = State.Header;
        return FrameProgress.FrameReady;
    }
}
