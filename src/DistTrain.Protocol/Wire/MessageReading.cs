using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Protocol;

/// <summary>The mirror of <see cref="MessageWriting"/>, with the limits of each field.</summary>
internal static class MessageReading
{
    private const int NodeLevelMax = 20;

    public static CoordinatorMessage ReadCoordinatorMessage(ref FieldReader fields)
    {
        int count = fields.ArrayHeader("message");
        MessageKind kind = (MessageKind)fields.Int("kind", 0, (int)MessageKind.Stop);
        fields.Is(kind);
        CoordinatorMessage message = (kind, count - 1) switch
        {
            (MessageKind.Welcome, 6) => new CoordinatorMessage.Welcome(
                new WorkerId(fields.Int("worker", 0, int.MaxValue)), Term(ref fields),
                fields.Text("run file", MessageLimits.RunJsonBytesMax), fields.Text("run hash"), fields.Text("data hash"),
                fields.Text("data file")),
            (MessageKind.Refused, 2) => new CoordinatorMessage.Refused(fields.Text("reason"), fields.Bool("final")),
            (MessageKind.Weights, 3) => new CoordinatorMessage.Weights(
                Term(ref fields), new WeightVersion(fields.Long("version")), Bucket(ref fields)),
            (MessageKind.Assign, 3) => ReadAssign(ref fields),
            (MessageKind.Cancel, 2) => new CoordinatorMessage.Cancel(Term(ref fields), Number(ref fields)),
            (MessageKind.CoordinatorHeartbeat, 2) => new CoordinatorMessage.Heartbeat(
                Term(ref fields), Number(ref fields)),
            (MessageKind.Stop, 3) => new CoordinatorMessage.Stop(
                Term(ref fields), fields.Text("reason"), fields.Bool("failed")),
            _ => throw WrongCount(kind, count),
        };
        fields.End();
        return message;
    }

    public static WorkerMessage ReadWorkerMessage(ref FieldReader fields)
    {
        int count = fields.ArrayHeader("message");
        MessageKind kind = (MessageKind)fields.Int("kind", (int)MessageKind.Hello, (int)MessageKind.Superseded);
        fields.Is(kind);
        if (kind == MessageKind.Hello && count >= 2)
        {
            int version = fields.Int("version", 0, int.MaxValue);
            if (version != ProtocolVersions.Current)
            {
                // Whatever another version says besides, the coordinator can still answer what is wrong.
                return new WorkerMessage.Hello(version, "", 1);
            }
        }

        WorkerMessage message = (kind, count - 1) switch
        {
            (MessageKind.Hello, 3) => new WorkerMessage.Hello(
                ProtocolVersions.Current, fields.Text("name"), fields.Int("threads", 1, MessageLimits.ThreadsMax)),
            (MessageKind.Ready, 3) => new WorkerMessage.Ready(
                Term(ref fields), fields.Text("run hash"), fields.Text("data hash")),
            (MessageKind.PartialSum, 10) => new WorkerMessage.PartialSum(
                Term(ref fields), Number(ref fields), Bucket(ref fields), ReadNode(ref fields),
                fields.Long("compute time"))
            {
                Parts = new ComputeParts(
                    fields.Long("gather time"), fields.Long("forward time"), fields.Long("backward time"),
                    fields.Long("add time")),
            },
            (MessageKind.WorkerHeartbeat, 3) => new WorkerMessage.Heartbeat(
                Term(ref fields), Number(ref fields), fields.Int("shards left", 0, MessageLimits.ShardsMax)),
            (MessageKind.NotFinite, 5) => new WorkerMessage.NotFinite(
                Term(ref fields), Number(ref fields), fields.Int("shard", 0, MessageLimits.ShardsMax - 1),
                fields.Text("tensor"), fields.Text("finding")),
            (MessageKind.Leaving, 2) => new WorkerMessage.Leaving(Term(ref fields), fields.Text("reason")),
            (MessageKind.Superseded, 2) => new WorkerMessage.Superseded(Term(ref fields), Term(ref fields)),
            (MessageKind.Unfit, 1) => new WorkerMessage.Unfit(fields.Text("reason")),
            _ => throw WrongCount(kind, count),
        };
        fields.End();
        return message;
    }

    private static CoordinatorMessage.Assign ReadAssign(ref FieldReader fields)
    {
        Term term = Term(ref fields);
        fields.ArrayOf(7, "round");
        Round round = new(
            Number(ref fields),
            (RoundKind)fields.Int("round kind", 0, (int)RoundKind.Evaluate),
            new WeightVersion(fields.Long("version")),
            fields.Int("epoch", 0, int.MaxValue),
            fields.Int("first row", 0, int.MaxValue),
            fields.Int("rows", 0, int.MaxValue),
            fields.Int("shard count", 1, MessageLimits.ShardsMax));
        int count = fields.ArrayHeader("ranges");
        if (count > MessageLimits.RangesMax)
        {
            throw new WireFormatException(
                $"a coordinator's Assign has {count} ranges, at most {MessageLimits.RangesMax} are taken");
        }

        ImmutableArray<ShardRange>.Builder ranges = ImmutableArray.CreateBuilder<ShardRange>(count);
        for (int i = 0; i < count; i++)
        {
            fields.ArrayOf(2, "range");
            int first = fields.Int("first shard", 0, round.ShardCount - 1);
            ranges.Add(new ShardRange(first, fields.Int("shards of the range", 1, round.ShardCount - first)));
        }

        return new CoordinatorMessage.Assign(term, round, ranges.MoveToImmutable());
    }

    private static TreeNode ReadNode(ref FieldReader fields)
    {
        int level = fields.Int("node level", 0, NodeLevelMax);
        return new TreeNode(level, fields.Int("node index", 0, (MessageLimits.ShardsMax - 1) >> level));
    }

    private static Term Term(ref FieldReader fields) => new(fields.Long("term"));

    private static RoundNumber Number(ref FieldReader fields) => new(fields.Long("round"));

    private static int Bucket(ref FieldReader fields) => fields.Int("bucket", 0, MessageLimits.BucketsMax - 1);

    private static WireFormatException WrongCount(MessageKind kind, int count) => new(
        Enum.IsDefined(kind)
            ? $"a {kind} has {count} elements, another number is expected in protocol version {ProtocolVersions.Current}"
            : $"a message has the kind {(int)kind}, which protocol version {ProtocolVersions.Current} does not have");
}
