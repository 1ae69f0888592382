using System.Buffers;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>Well-formed messages of every kind, for a fuzzer to spoil.</summary>
internal static class FuzzCorpus
{
    public static IReadOnlyList<byte[]> CoordinatorMessages { get; } =
    [
        .. new CoordinatorMessage[]
        {
            new CoordinatorMessage.Welcome(new(3), new(5), "{\"data\": {}}", "0123abcd", "4567cdef", "/tmp/data.dt"),
            new CoordinatorMessage.Refused("worker 3 (host) has data with another hash", Final: true),
            new CoordinatorMessage.Weights(new(5), new(1000), 3),
            new CoordinatorMessage.Assign(
                new(5), new Round(new(7), RoundKind.Train, new(6), 1, 64, 32, 16), [new(0, 5), new(9, 1), new(11, 2)]),
            new CoordinatorMessage.Cancel(new(5), new(7)),
            new CoordinatorMessage.Heartbeat(new(5), new(300)),
            new CoordinatorMessage.Stop(new(5), "all 4 steps are done", Failed: false),
        }.Select(Bytes),
    ];

    public static IReadOnlyList<byte[]> WorkerMessages { get; } =
    [
        .. new WorkerMessage[]
        {
            new WorkerMessage.Hello(ProtocolVersions.Current, "host/1234", 8),
            new WorkerMessage.Ready(new(5), "0123abcd", "4567cdef"),
            new WorkerMessage.PartialSum(new(5), new(7), 3, new(2, 1), 123_456) { Parts = new(9, 500, 70_000, 0) },
            new WorkerMessage.Heartbeat(new(5), new(7), 12),
            new WorkerMessage.NotFinite(new(5), new(7), 3, "layers.0.weight", "not-a-number"),
            new WorkerMessage.Leaving(new(5), "SIGTERM"),
            new WorkerMessage.Unfit("no memory"),
            new WorkerMessage.Superseded(new(5), new(6)),
        }.Select(Bytes),
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
