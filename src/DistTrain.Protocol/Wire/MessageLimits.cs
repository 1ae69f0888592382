namespace DistTrain.Protocol;

/// <summary>Sizes that bound what a message may hold, so that no peer can make another allocate at will.</summary>
public static class MessageLimits
{
    /// <summary>Bytes of a whole control message.</summary>
    public const int MessageBytesMax = (4 * 1024 * 1024) + (64 * 1024);

    /// <summary>Bytes (UTF-8) of a run file.</summary>
    public const int RunJsonBytesMax = 4 * 1024 * 1024;

    /// <summary>Bytes (UTF-8) of a reason, name, path or hash.</summary>
    public const int TextBytesMax = 8 * 1024;

    /// <summary>Ranges of one assignment.</summary>
    public const int RangesMax = 4096;

    /// <summary>Shards of a round.</summary>
    public const int ShardsMax = 1 << 20;

    /// <summary>Buckets of a run.</summary>
    public const int BucketsMax = 1 << 16;

    /// <summary>Threads of a worker.</summary>
    public const int ThreadsMax = 1 << 14;
}
