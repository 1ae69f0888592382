using DistTrain.Numerics;

namespace DistTrain.Protocol.Tests;

/// <summary>A coordinator's machine with a clock moved by hand: literal events in, effects out.</summary>
internal sealed class CoordinatorBench
{
    public static readonly Term Term = new(5);

    private int _nextSum = 100;

    public CoordinatorBench(Func<CoordinatorSettings, CoordinatorSettings>? change = null)
    {
        CoordinatorSettings settings = new(
            Term,
            new RunPlan { TrainRows = 64, TestRows = 0, BatchSize = 32, Shards = 4, StepsTotal = 4 },
            new WeightVersion(0),
            BucketCount: 1,
            WorkersMin: 1,
            RunJson: "{}",
            RunHash: "run",
            DataHash: "data",
            DataFile: "/data",
            new ProtocolTimes());
        Machine = new CoordinatorProtocol(change is null ? settings : change(settings));
    }

    public CoordinatorProtocol Machine { get; }

    public Instant Now { get; private set; } = new(1_000_000);

    public List<CoordinatorEffect> Do(CoordinatorEvent input) => [.. Machine.Handle(Now, input).Effects];

    public List<CoordinatorEffect> Say(int worker, WorkerMessage message) =>
        Do(new CoordinatorEvent.MessageArrived(new WorkerId(worker), message));

    public List<CoordinatorEffect> After(double milliseconds)
    {
        Pass(milliseconds);
        return Do(new CoordinatorEvent.TimePassed());
    }

    /// <summary>Moves the clock without an event.</summary>
    public void Pass(double milliseconds) => Now += TimeSpan.FromMilliseconds(milliseconds);

    public List<CoordinatorEffect> Join(int worker, int threads = 1, string? name = null)
    {
        List<CoordinatorEffect> effects = Do(new CoordinatorEvent.Connected(new WorkerId(worker)));
        effects.AddRange(Say(worker, new WorkerMessage.Hello(ProtocolVersions.Current, name ?? $"host{worker}", threads)));
        effects.AddRange(Say(worker, new WorkerMessage.Ready(Term, "run", "data")));
        return effects;
    }

    public List<CoordinatorEffect> Lose(int worker) =>
        Do(new CoordinatorEvent.Disconnected(new WorkerId(worker), "connection reset"));

    /// <summary>A sum arrives, and nothing else lies ready; its handle is 100, 101, ... in order of arrival.</summary>
    public List<CoordinatorEffect> Sum(
        int worker, TreeNode node, long round = 1, int bucket = 0, long microseconds = 1000, long term = 5)
    {
        List<CoordinatorEffect> effects = SumAmongOthers(worker, node, round, bucket, microseconds, term);
        while (Machine.HasWork)
        {
            effects.AddRange(CatchUp());
        }

        return effects;
    }

    /// <summary>A sum arrives, and more lies ready behind it.</summary>
    public List<CoordinatorEffect> SumAmongOthers(
        int worker, TreeNode node, long round = 1, int bucket = 0, long microseconds = 1000, long term = 5) =>
        Do(new CoordinatorEvent.PartialArrived(
            new WorkerId(worker),
            new WorkerMessage.PartialSum(new Term(term), new RoundNumber(round), bucket, node, microseconds),
            new SumHandle(_nextSum++)));

    public List<CoordinatorEffect> CatchUp() => Do(new CoordinatorEvent.CaughtUp());

    public List<CoordinatorEffect> Close(long round, RoundOutcome? outcome = null) =>
        Do(new CoordinatorEvent.RoundClosed(new RoundNumber(round), outcome ?? new RoundOutcome.GoOn()));

    /// <summary>What was assigned to whom, as in "1:[shards 0–3] 2:[shard 4]".</summary>
    public static string Assignments(IEnumerable<CoordinatorEffect> effects) => string.Join(
        ' ',
        effects.OfType<CoordinatorEffect.Send>()
            .Where(send => send.Message is CoordinatorMessage.Assign)
            .Select(send => $"{send.Worker.Value}:{Ranges((CoordinatorMessage.Assign)send.Message)}"));

    public static T? Sent<T>(IEnumerable<CoordinatorEffect> effects, int worker)
        where T : CoordinatorMessage =>
        effects.OfType<CoordinatorEffect.Send>()
            .Where(send => send.Worker.Value == worker).Select(send => send.Message).OfType<T>().FirstOrDefault();

    public static T? Told<T>(IEnumerable<CoordinatorEffect> effects)
        where T : Notice =>
        effects.OfType<CoordinatorEffect.Notify>().Select(notify => notify.Notice).OfType<T>().FirstOrDefault();

    public static RunEnd? End(IEnumerable<CoordinatorEffect> effects) =>
        effects.OfType<CoordinatorEffect.Finish>().SingleOrDefault()?.End;

    private static string Ranges(CoordinatorMessage.Assign assign) => $"[{string.Join(", ", assign.Ranges)}]";
}
