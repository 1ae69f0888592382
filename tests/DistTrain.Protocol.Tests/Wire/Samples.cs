using System.Buffers;

namespace DistTrain.Protocol.Tests;

/// <summary>One or more messages of every kind, ordinary and extreme.</summary>
internal static class Samples
{
    private static readonly Term LargeTerm = new(long.MaxValue);

    public static IReadOnlyList<CoordinatorMessage> CoordinatorMessages { get; } =
    [
        new CoordinatorMessage.Welcome(new(3), new(5), "{\"a\": 1}", "ab12", "cd34", "/tmp/data.dt"),
        new CoordinatorMessage.Welcome(new(int.MaxValue), LargeTerm, new string('é', 70_000), "", "ü", ""),
        new CoordinatorMessage.Refused("other data", Final: true),
        new CoordinatorMessage.Refused(new string('x', 200), Final: false),
        new CoordinatorMessage.Weights(new(5), new(1000), 0),
        new CoordinatorMessage.Weights(LargeTerm, new(long.MaxValue), MessageLimits.BucketsMax - 1),
        new CoordinatorMessage.Assign(
            new(5), new Round(new(7), RoundKind.Train, new(6), 1, 64, 32, 16), [new(0, 5), new(9, 1)]),
        new CoordinatorMessage.Assign(
            new(5), new Round(new(8), RoundKind.Evaluate, new(6), 0, 0, 297, MessageLimits.ShardsMax),
            [.. Enumerable.Range(0, 100).Select(i => new ShardRange(10_000 * i, 9_999))]),
        new CoordinatorMessage.Assign(new(5), new Round(new(9), RoundKind.Train, new(6), 1, 64, 32, 16), []),
        new CoordinatorMessage.Cancel(new(5), new(7)),
        new CoordinatorMessage.Heartbeat(new(5), new(300)),
        new CoordinatorMessage.Stop(new(5), "done", Failed: false),
    ];

    public static IReadOnlyList<WorkerMessage> WorkerMessages { get; } =
    [
        new WorkerMessage.Hello(ProtocolVersions.Current, "host/1234", 8),
        new WorkerMessage.Hello(ProtocolVersions.Current, "名前 😀", MessageLimits.ThreadsMax),
        new WorkerMessage.Ready(new(5), "ab12", "cd34"),
        new WorkerMessage.PartialSum(new(5), new(7), 3, new(2, 1), 123_456) { Parts = new(1_000, 40_000, 80_000, 2_456) },
        new WorkerMessage.PartialSum(LargeTerm, new(long.MaxValue), 65_535, new(20, 0), long.MaxValue)
        {
            Parts = new(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue),
        },
        new WorkerMessage.PartialSum(new(0), new(0), 0, new(0, MessageLimits.ShardsMax - 1), 0),
        new WorkerMessage.Heartbeat(new(5), new(7), 12),
        new WorkerMessage.NotFinite(new(5), new(7), 3, "layers.0.weight", "NaN"),
        new WorkerMessage.Leaving(new(5), "SIGTERM"),
        new WorkerMessage.Unfit("no memory"),
        new WorkerMessage.Superseded(new(5), new(6)),
    ];

    public static byte[] Bytes(CoordinatorMessage message)
    {
        ArrayBufferWriter<byte> writer = new();
        MessageCodec.Write(writer, message);
        return writer.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(WorkerMessage message)
    {
        ArrayBufferWriter<byte> writer = new();
        MessageCodec.Write(writer, message);
        return writer.WrittenSpan.ToArray();
    }
}
