using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>What one seed stands for, besides chance on the way: the task, the cluster and how rough its weather is.</summary>
internal sealed record Scenario
{
    public required TinyTask Task { get; init; }

    public required int Workers { get; init; }

    public required int WorkersMin { get; init; }

    public required int WorkersAtStart { get; init; }

    /// <summary>Aggregators of each level, from the coordinator's down; empty: the workers join the coordinator itself.</summary>
    public IReadOnlyList<int> Aggregators { get; init; } = [];

    /// <summary>Microseconds to compute one shard on an ordinary worker.</summary>
    public required long ShardMicroseconds { get; init; }

    /// <summary>Microseconds of a message on its way, at least.</summary>
    public required long DelayMicroseconds { get; init; }

    /// <summary>Microseconds during which faults happen.</summary>
    public required long RoughMicroseconds { get; init; }

    public required int Faults { get; init; }

    public required int CheckpointEvery { get; init; }

    /// <summary>Computing times vary by so much to either side.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Factors on the computing time of the first workers; those not named have 1.</summary>
    public IReadOnlyList<double> Slowness { get; init; } = [];

    /// <summary>A value that is not finite, which whoever computes its shard finds; null: training does not diverge.</summary>
    public Divergence? Divergence { get; init; }

    public ProtocolTimes Times { get; } = new();

    public static Scenario Draw(ulong seed)
    {
        SeededSource source = new(seed, 1);
        int workers = source.Between(1, 6);
        TinyTask task = TinyTask.For(seed);
        long shard = source.Spread(200, 60_000);
        long delay = source.Spread(20, 5_000);
        List<int> aggregators = DrawAggregators(new SeededSource(seed, 11));
        bool isDirect = aggregators.Count == 0;
        int workersMin = source.Chance(0.8) ? 1 : 2;
        int workersAtStart = source.Chance(0.5) ? workers : 0;
        long undisturbed = task.Plan.StepsTotal * ((task.Plan.Shards * shard / workers) + (6 * delay));
        return new Scenario
        {
            Task = task,
            Workers = workers,
            WorkersMin = isDirect ? workersMin : 1,
            WorkersAtStart = isDirect ? workersAtStart : 0,
            Aggregators = aggregators,
            ShardMicroseconds = shard,
            DelayMicroseconds = delay,
            RoughMicroseconds = (long)(undisturbed * (0.5 + (5 * source.Share()))) + source.Spread(1_000, 5_000_000),
            Faults = source.Chance(0.05) ? 0 : source.Between(1, 40),
            CheckpointEvery = source.Between(1, 5),
            Divergence = source.Chance(0.04)
                ? new Divergence(source.Below((int)task.Plan.StepsTotal), source.Below(task.Plan.Shards))
                : null,
        };
    }

    /// <summary>
    /// When a run must be over after the faults stop: the longest silence of each side, the longest back-off of a worker
    /// that misbehaved, and three times the work for a single worker.
    /// </summary>
    public long LivenessMicroseconds =>
        60_000_000 + (30_000_000 * Aggregators.Count) + (3 * (Task.Plan.StepsTotal + 4) * Math.Max(Task.Plan.Shards, 1) * ShardMicroseconds);

    /// <summary>In two of five worlds: one level of one to three, sometimes a second one below it.</summary>
    private static List<int> DrawAggregators(SeededSource source)
    {
        List<int> levels = [];
        if (source.Chance(0.4))
        {
            levels.Add(source.Between(1, 3));
            if (source.Chance(0.3))
            {
                levels.Add(source.Between(1, 3));
            }
        }

        return levels;
    }
}
