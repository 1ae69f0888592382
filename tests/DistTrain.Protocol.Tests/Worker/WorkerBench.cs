using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

/// <summary>A worker's machine with a clock moved by hand: literal events in, effects out.</summary>
internal sealed class WorkerBench(ProtocolTimes? times = null)
{
    public static readonly Term Term = new(5);

    public static readonly CoordinatorMessage.Welcome Welcome = new(new(3), Term, "{}", "run", "data", "/data");

    public WorkerProtocol Machine { get; } = new("host", 2, times ?? new ProtocolTimes());

    public Instant Now { get; private set; } = new(1_000_000);

    public static Round Round(long number, RoundKind kind = RoundKind.Train, long? version = null, int shards = 4) =>
        new(new(number), kind, new(version ?? number - 1), 0, 0, 32, shards);

    public List<WorkerEffect> Do(WorkerEvent input) => [.. Machine.Handle(Now, input).Effects];

    public List<WorkerEffect> Hear(CoordinatorMessage message) => Do(new WorkerEvent.MessageArrived(message));

    public List<WorkerEffect> After(double milliseconds)
    {
        Now += TimeSpan.FromMilliseconds(milliseconds);
        return Do(new WorkerEvent.TimePassed());
    }

    public WorkerBench Ready(int buckets = 1)
    {
        Do(new WorkerEvent.Connected());
        Hear(Welcome);
        Do(new WorkerEvent.RunLoaded("run", "data", buckets));
        return this;
    }

    public List<WorkerEffect> Assign(Round round, params ShardRange[] ranges) =>
        Hear(new CoordinatorMessage.Assign(Term, round, [.. ranges]));

    public List<WorkerEffect> Weights(long version, int bucket = 0, long term = 5) =>
        Do(new WorkerEvent.WeightsArrived(new CoordinatorMessage.Weights(new(term), new(version), bucket)));

    public List<WorkerEffect> Computed(Round round, TreeNode node, int sums = 7) =>
        Do(new WorkerEvent.NodeComputed(round, node, new SumHandle(sums), 1234));
}
