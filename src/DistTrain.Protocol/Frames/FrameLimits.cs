namespace DistTrain.Protocol;

/// <summary>The largest frame that a reader takes. A claim above it ends the connection before a byte is allocated for it.</summary>
/// <param name="MessageBytesMax">Bytes of the message.</param>
/// <param name="PayloadBytesMax">Bytes of the payload.</param>
public sealed record FrameLimits(int MessageBytesMax, int PayloadBytesMax)
{
    /// <summary>For a peer that has shown neither token nor certificate.</summary>
    public static FrameLimits BeforeAdmission { get; } = new(4 * 1024, 0);

    /// <summary>For control messages; the largest is the Welcome with its run file.</summary>
    public static FrameLimits Control { get; } = new(MessageLimits.MessageBytesMax, 0);

    /// <summary>For tensors of at most this many floats (the run's largest bucket).</summary>
    public static FrameLimits Tensor(int floatsMax) =>
        new(TensorMessageBytesMax, checked((int)Math.Min((long)floatsMax * sizeof(float), PayloadBytesCeiling)));

    /// <summary>A tensor's message is a handful of numbers.</summary>
    public const int TensorMessageBytesMax = 256;

    /// <summary>
    /// No payload is larger, whatever the limits say: the sum vector of the largest model that is supported (500 million
    /// parameters) in one bucket, as clipping by norm needs it.
    /// </summary>
    public const int PayloadBytesCeiling = 2_000_004_096;
}
