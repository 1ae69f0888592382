using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests.Aggregator;

/// <summary>An aggregator's machine with a clock moved by hand: literal events in, effects out.</summary>
internal sealed class AggregatorBench
{
    public static readonly Term Term = new(5);

    private readonly int _buckets;
    private int _nextSum = 100;

    public AggregatorBench(int workersAtStart = 1, int buckets = 1)
    {
        _buckets = buckets;
        Machine = new AggregatorProtocol(new AggregatorSettings("between", workersAtStart, workersAtStart, new ProtocolTimes()));
    }

    public AggregatorProtocol Machine { get; }

    public Instant Now { get; private set; } = new(1_000_000);

    public List<AggregatorEffect> Above(WorkerEvent input) => Do(new AggregatorEvent.FromAbove(input));

    public List<AggregatorEffect> Below(CoordinatorEvent input) => Do(new AggregatorEvent.FromBelow(input));

    public List<AggregatorEffect> Hear(CoordinatorMessage message) => Above(new WorkerEvent.MessageArrived(message));

    public List<AggregatorEffect> Say(int worker, WorkerMessage message) =>
        Below(new CoordinatorEvent.MessageArrived(new WorkerId(worker), message));

    public List<AggregatorEffect> After(double milliseconds)
    {
        Now += TimeSpan.FromMilliseconds(milliseconds);
        return Do(new AggregatorEvent.TimePassed());
    }

    /// <summary>Connects above, is welcomed and has loaded the run.</summary>
    public List<AggregatorEffect> Welcome(long term = 5)
    {
        List<AggregatorEffect> effects = Above(new WorkerEvent.Connected());
        effects.AddRange(Hear(new CoordinatorMessage.Welcome(new WorkerId(9), new Term(term), "{}", "run", "data", "/data")));
        if (effects.Any(effect => effect is AggregatorEffect.Above { Effect: WorkerEffect.LoadRun }))
        {
            effects.AddRange(Above(new WorkerEvent.RunLoaded("run", "data", _buckets)));
        }

        return effects;
    }

    public List<AggregatorEffect> Join(int worker, int threads = 1, long term = 5)
    {
        List<AggregatorEffect> effects = Below(new CoordinatorEvent.Connected(new WorkerId(worker)));
        effects.AddRange(Say(worker, new WorkerMessage.Hello(ProtocolVersions.Current, $"host{worker}", threads)));
        effects.AddRange(Say(worker, new WorkerMessage.Ready(new Term(term), "run", "data")));
        return effects;
    }

    /// <summary>All buckets of the round's weights, then the assignment.</summary>
    public List<AggregatorEffect> Assign(int round, int shards, params ShardRange[] ranges)
    {
        List<AggregatorEffect> effects = [];
        for (int bucket = 0; bucket < _buckets; bucket++)
        {
            effects.AddRange(Weights(round - 1, bucket));
        }

        effects.AddRange(Hear(new CoordinatorMessage.Assign(Term, RoundOf(round, shards), [.. ranges])));
        return effects;
    }

    public List<AggregatorEffect> Weights(int version, int bucket) =>
        Above(new WorkerEvent.WeightsArrived(new CoordinatorMessage.Weights(Term, new WeightVersion(version), bucket)));

    /// <summary>A sum arrives, and nothing else lies ready.</summary>
    public List<AggregatorEffect> Sum(int worker, TreeNode node, int round = 1, int bucket = 0)
    {
        List<AggregatorEffect> effects = SumAmongOthers(worker, node, round, bucket);
        while (Machine.HasWork)
        {
            effects.AddRange(CatchUp());
        }

        return effects;
    }

    public List<AggregatorEffect> CatchUp() => Below(new CoordinatorEvent.CaughtUp());

    /// <summary>A sum arrives, and more lies ready behind it.</summary>
    public List<AggregatorEffect> SumAmongOthers(int worker, TreeNode node, int round = 1, int bucket = 0) =>
        Below(new CoordinatorEvent.PartialArrived(
            new WorkerId(worker), new WorkerMessage.PartialSum(Term, new RoundNumber(round), bucket, node, 1000),
            new SumHandle(_nextSum++)));

    /// <summary>What was given to whom below, as in "1:[shards 0–3] 2:[shard 4]".</summary>
    public static string Assignments(IEnumerable<AggregatorEffect> effects) =>
        CoordinatorBench.Assignments(effects.OfType<AggregatorEffect.Below>().Select(below => below.Effect));

    /// <summary>Nodes and buckets whose sums were sent up, as in "(2, 0)/0".</summary>
    public static string SentUp(IEnumerable<AggregatorEffect> effects) => string.Join(
        ' ', effects.OfType<AggregatorEffect.Above>().Select(above => above.Effect).OfType<WorkerEffect.SendPartial>()
            .Select(send => $"{send.Header.Node}/{send.Header.Bucket}"));

    public static T? Said<T>(IEnumerable<AggregatorEffect> effects)
        where T : WorkerMessage =>
        effects.OfType<AggregatorEffect.Above>().Select(above => above.Effect).OfType<WorkerEffect.Send>()
            .Select(send => send.Message).OfType<T>().FirstOrDefault();

    public static T? Told<T>(IEnumerable<AggregatorEffect> effects, int worker)
        where T : CoordinatorMessage =>
        CoordinatorBench.Sent<T>(effects.OfType<AggregatorEffect.Below>().Select(below => below.Effect), worker);

    public static string[] WeightsBelow(IEnumerable<AggregatorEffect> effects) =>
    [
        .. effects.OfType<AggregatorEffect.Below>().Select(below => below.Effect).OfType<CoordinatorEffect.SendWeights>()
            .Select(send => $"{send.Worker.Value}:{send.Header.Version.Value}/{send.Header.Bucket}"),
    ];

    private List<AggregatorEffect> Do(AggregatorEvent input) => [.. Machine.Handle(Now, input).Effects];

    private static Round RoundOf(int number, int shards) =>
        new(new RoundNumber(number), RoundKind.Train, new WeightVersion(number - 1), 0, 0, 64, shards);
}
