using System.Collections.Concurrent;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Simulation;

/// <summary>
/// A tiny real training: 3 features, 5 tanh units, 3 classes, momentum, dropout; with the weights after each step as one
/// plain process computes them.
/// </summary>
/// <remarks>
/// A sum vector carries, behind gradient and metric sums, one more float per row of the batch: 1 where the row is
/// contained. The whole batch's sum must be 1 everywhere, so a row lost or counted twice shows by name.
/// </remarks>
internal sealed class TinyTask
{
    private const int Inputs = 3;
    private const int Classes = 3;

    /// <summary>Different tasks; a seed picks one.</summary>
    private const int Variants = 48;

    private static readonly ConcurrentDictionary<int, TinyTask> Known = new();

    private readonly float[] _features;
    private readonly float[] _targets;
    private readonly int[][] _orders;
    private readonly ConcurrentBag<NetworkLane> _lanes = [];
    private readonly UpdateSpec _update = new(new SgdSpec(0.3f, Momentum: 0.9f), new ConstantSpec(), null);
    private readonly ulong _seed;

    public TinyTask(ulong seed, RunPlan plan, int buckets)
    {
        SeededSource source = new(seed, 8);
        _seed = seed;
        int trainRows = plan.TrainRows;
        Plan = plan;
        Buckets = buckets;
        Network = Network.Build(new ModelSpec(
            new Shape(Inputs),
            [new LinearSpec(5), new TanhSpec(), new DropoutSpec(0.2f), new LinearSpec(Classes)],
            new SoftmaxCrossEntropySpec()));
        int rows = trainRows + Plan.TestRows;
        _features = [.. Enumerable.Range(0, rows * Inputs).Select(_ => (float)((4 * source.Share()) - 2))];
        _targets = [.. Enumerable.Range(0, rows).Select(_ => (float)source.Below(Classes))];
        int epochs = (int)((Plan.StepsTotal - 1) / Plan.StepsPerEpoch) + 1;
        _orders = [.. Enumerable.Range(0, epochs).Select(epoch => Order(trainRows, epoch))];
        (ReferenceWeights, ReferenceEvaluations) = TrainPlainly();
    }

    public RunPlan Plan { get; }

    public Network Network { get; }

    public int Buckets { get; }

    /// <summary>By version: 0 to StepsTotal.</summary>
    public IReadOnlyList<float[]> ReferenceWeights { get; }

    /// <summary>The sums of each evaluation by version.</summary>
    public IReadOnlyDictionary<long, float[]> ReferenceEvaluations { get; }

    /// <summary>One of a few dozen small tasks: the seed picks.</summary>
    public static TinyTask For(ulong seed) => Known.GetOrAdd((int)(seed % Variants), variant =>
    {
        SeededSource source = new((ulong)variant, 7);
        RunPlan plan = new()
        {
            TrainRows = source.Between(6, 40),
            TestRows = source.Chance(0.5) ? source.Between(1, 9) : 0,
            BatchSize = source.Between(3, 16),
            Shards = source.Between(1, 17),
            StepsTotal = source.Between(3, 12),
        };
        return new TinyTask((ulong)variant, plan, buckets: source.Between(1, 3));
    });

    public WeightUpdate NewUpdate() => new(_update, Network.Parameters, Plan.StepsTotal);

    /// <summary>First weight of a bucket; bucket = Buckets gives the end.</summary>
    public int BucketStart(int bucket) => bucket * Network.Parameters.Length / Buckets;

    /// <summary>Floats of one bucket of a round's sums.</summary>
    public int SumLength(Round round, int bucket)
    {
        if (round.Kind == RoundKind.Evaluate)
        {
            return MetricSums.Count + round.Rows;
        }

        int weights = BucketStart(bucket + 1) - BucketStart(bucket);
        return bucket == Buckets - 1 ? weights + MetricSums.Count + round.Rows : weights;
    }

    /// <summary>One bucket of a node's whole sum vector.</summary>
    public ReadOnlySpan<float> Bucket(Round round, int bucket, ReadOnlySpan<float> sums) => round.Kind == RoundKind.Evaluate
        ? sums
        : sums.Slice(BucketStart(bucket), SumLength(round, bucket));

    /// <summary>The sums of a node with the real kernels, and the tally of its rows.</summary>
    public float[] Compute(Round round, TreeNode node, ReadOnlySpan<float> weights)
    {
        bool isTrain = round.Kind == RoundKind.Train;
        int firstShard = node.FirstShard;
        int endShard = node.EndShard(round.ShardCount);
        int firstRow = round.ShardStart(firstShard);
        int rowCount = round.ShardStart(endShard) - firstRow;
        Span<int> starts = stackalloc int[endShard - firstShard + 1];
        for (int shard = firstShard; shard <= endShard; shard++)
        {
            starts[shard - firstShard] = round.ShardStart(shard) - firstRow;
        }

        Span<float> features = stackalloc float[rowCount * Inputs];
        Span<float> targets = stackalloc float[rowCount];
        for (int i = 0; i < rowCount; i++)
        {
            int place = round.FirstRow + firstRow + i;
            int row = isTrain ? _orders[round.Epoch][place] : Plan.TrainRows + place;
            _features.AsSpan(row * Inputs, Inputs).CopyTo(features[(i * Inputs)..]);
            targets[i] = _targets[row];
        }

        BatchSlice slice = new()
        {
            Features = features,
            Targets = targets,
            ShardStarts = starts,
            BatchRows = round.Rows,
            FirstRow = firstRow,
            Seed = _seed,
            Epoch = round.Epoch,
            Step = round.Version.Value,
        };
        int numbers = (isTrain ? Network.Parameters.Length : 0) + MetricSums.Count;
        float[] sums = new float[numbers + round.Rows];
        NetworkLane lane = _lanes.TryTake(out NetworkLane? free) ? free : Network.CreateLane();
        if (isTrain)
        {
            lane.ComputeSums(weights, slice, sums.AsSpan(0, numbers));
        }
        else
        {
            lane.ComputeMetrics(weights, slice, sums.AsSpan(0, numbers));
        }

        _lanes.Add(lane);

        sums.AsSpan(numbers + firstRow, rowCount).Fill(1);
        return sums;
    }

    private int[] Order(int rows, int epoch)
    {
        int[] order = new int[rows];
        SampleOrder.Fill(order, _seed, epoch, shuffle: true);
        return order;
    }

    private (List<float[]> Weights, Dictionary<long, float[]> Evaluations) TrainPlainly()
    {
        float[] weights = new float[Network.Parameters.Length];
        Network.InitializeParameters(weights, _seed);
        List<float[]> versions = [[.. weights]];
        Dictionary<long, float[]> evaluations = [];
        using WeightUpdate update = NewUpdate();
        bool isEvaluated = false;
        RoundNumber number = new(1);
        while (Plan.NextRound(number, new WeightVersion(versions.Count - 1), isEvaluated) is Round round)
        {
            float[] sums = Compute(round, new TreeNode(TreeShape.RootLevel(round.ShardCount), 0), weights);
            isEvaluated = round.Kind == RoundKind.Evaluate;
            if (isEvaluated)
            {
                evaluations.Add(round.Version.Value, sums);
            }
            else
            {
                update.Apply(round.Version.Value, 1, weights, 0, sums.AsSpan(0, weights.Length));
                versions.Add([.. weights]);
            }
        }

        return (versions, evaluations);
    }
}
