using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>The workspace of one compute thread: gathered rows and a network lane. Buffers grow to the largest slice.</summary>
internal sealed class ComputeLane(LoadedRun run) : IDisposable
{
    private readonly NetworkLane _network = run.Network.CreateLane();
    private AlignedBuffer _features = new(0);
    private AlignedBuffer _targets = new(0);
    private int[] _shardStarts = [];

    public LaneClock Clock { get; } = new();

    /// <summary>Sums of shards [first, end), which are one tree node's.</summary>
    /// <param name="order">Row numbers of the round: the round's row r is row order[r] of the part.</param>
    /// <param name="sums">Shape (P + metrics,) for a training round, (metrics,) for an evaluation. Overwritten.</param>
    public void Compute(Round round, int first, int end, ReadOnlySpan<int> order, WeightBuffer weights, Span<float> sums)
    {
        Gather(round, first, end, order);
        Run(round, first, end, weights, null, sums);
    }

    /// <summary>Gathers the rows of shards [first, end), then waits until some of the weights are there.</summary>
    /// <exception cref="ComputationAbandonedException">The result is not wanted.</exception>
    public void Prepare(Round round, int first, int end, ReadOnlySpan<int> order, WeightWait weights)
    {
        Gather(round, first, end, order);
        weights.WaitForAny();
    }

    /// <summary>Sums of the shards that were prepared, with weights that may still come in.</summary>
    /// <inheritdoc cref="Compute(Round, int, int, ReadOnlySpan{int}, WeightBuffer, Span{float})"/>
    /// <exception cref="ComputationAbandonedException">The result is not wanted.</exception>
    public void ComputePrepared(Round round, int first, int end, WeightWait weights, Span<float> sums) =>
        Run(round, first, end, weights.Buffer, weights, sums);

    public void Dispose()
    {
        _network.Dispose();
        _features.Dispose();
        _targets.Dispose();
    }

    private void Gather(Round round, int first, int end, ReadOnlySpan<int> order)
    {
        DataSet part = PartOf(round);
        int firstRow = round.ShardStart(first);
        Clock.StartGather();
        Gather(part, order[firstRow..round.ShardStart(end)]);
        Clock.EndGather();
    }

    private void Run(
        Round round, int first, int end, WeightBuffer weights, IParameterArrival? arrival, Span<float> sums)
    {
        DataSet part = PartOf(round);
        int firstRow = round.ShardStart(first);
        int rows = round.ShardStart(end) - firstRow;
        Clock.StartForward(arrival);
        var batch = new BatchSlice
        {
            Features = _features.Span[..(rows * part.FeatureShape.Size)],
            Targets = _targets.Span[..(rows * part.TargetWidth)],
            ShardStarts = ShardStarts(round, first, end),
            BatchRows = round.Rows,
            FirstRow = firstRow,
            Seed = run.Run.Training.Seed,
            Epoch = round.Epoch,
            Step = round.Version.Value,
        };
        if (round.Kind == RoundKind.Train)
        {
            _network.ComputeSums(weights.Span, batch, sums, Clock, Clock);
        }
        else
        {
            _network.ComputeMetrics(weights.Span, batch, sums, Clock);
        }

        Clock.Stop();
    }

    private DataSet PartOf(Round round) => round.Kind == RoundKind.Train ? run.Data.Train : run.Data.Evaluated!;

    private void Gather(DataSet part, ReadOnlySpan<int> rows)
    {
        Grow(ref _features, rows.Length * part.FeatureShape.Size);
        Grow(ref _targets, rows.Length * part.TargetWidth);
        part.GatherFeatures(rows, _features.Span[..(rows.Length * part.FeatureShape.Size)]);
        part.GatherTargets(rows, _targets.Span[..(rows.Length * part.TargetWidth)]);
    }

    private ReadOnlySpan<int> ShardStarts(Round round, int first, int end)
    {
        int count = end - first;
        if (_shardStarts.Length <= count)
        {
            _shardStarts = new int[count + 1];
        }

        int firstRow = round.ShardStart(first);
        for (int shard = 0; shard <= count; shard++)
        {
            _shardStarts[shard] = round.ShardStart(first + shard) - firstRow;
        }

        return _shardStarts.AsSpan(0, count + 1);
    }

    private static void Grow(ref AlignedBuffer buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer.Dispose();
            buffer = new AlignedBuffer(length);
        }
    }
}
