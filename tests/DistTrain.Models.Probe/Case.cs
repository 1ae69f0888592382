using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models.Probe;

/// <summary>A network with random parameters and a random batch, all from one seed.</summary>
internal sealed class Case
{
    public Case(ModelSpec spec, int rows, int[]? shardStarts = null, ulong seed = 11)
    {
        Spec = spec;
        Network = Network.Build(spec);
        Rows = rows;
        ShardStarts = shardStarts ?? [0, rows];
        RandomStream stream = new PhiloxKey(seed, RandomPurpose.Synthetic).Row();
        Parameters = new float[Network.Parameters.Length];
        Network.InitializeParameters(Parameters, seed);
        foreach (ParameterSlice slice in Network.Parameters.Slices)
        {
            for (int at = slice.Start; at < slice.Start + slice.Length; at++)
            {
                // Running variances stay above 0; nothing is left at the round numbers that it starts from.
                Parameters[at] += 0.2f * stream.NextUniform();
            }
        }

        Features = new float[rows * spec.Input.Size];
        stream.FillUniform(Features, -2, 2);
        if (spec.Layers[0] is EmbeddingSpec embedding)
        {
            foreach (ref float feature in Features.AsSpan())
            {
                feature = stream.NextBelow(embedding.Count);
            }
        }

        Targets = new float[rows * Network.TargetWidth];
        for (int at = 0; at < Targets.Length; at++)
        {
            Targets[at] = spec.Loss switch
            {
                SoftmaxCrossEntropySpec => stream.NextBelow(Network.Output.Size),
                BinaryCrossEntropyWithLogitsSpec or HalfSquaredErrorSpec { Classes: true } => stream.NextBelow(2),
                _ => (4 * stream.NextUniform()) - 2,
            };
        }
    }

    public ModelSpec Spec { get; }

    public Network Network { get; }

    public int Rows { get; }

    public int[] ShardStarts { get; set; }

    public int BatchRows { get; set; } = 23;

    public int FirstRow { get; set; } = 3;

    public float[] Parameters { get; }

    public float[] Features { get; }

    public float[] Targets { get; }

    public static ModelSpec Model(int[] input, LossSpec loss, params ImmutableArray<LayerSpec> layers) =>
        new(new Shape(input), layers, loss);

    public BatchSlice Slice() => new()
    {
        Features = Features,
        Targets = Targets,
        ShardStarts = ShardStarts,
        BatchRows = BatchRows,
        FirstRow = FirstRow,
        Seed = 5,
        Epoch = 2,
        Step = 7,
    };

    public ReferenceBatch<T> Batch<T>()
        where T : struct, System.Numerics.IFloatingPointIeee754<T> =>
        new(Convert<T>(Features), Convert<T>(Targets), ShardStarts)
        {
            BatchRows = BatchRows, FirstRow = FirstRow, Seed = 5, Epoch = 2, Step = 7,
        };

    public float[] FastSums()
    {
        using NetworkLane lane = Network.CreateLane();
        var sums = new float[Network.SumLength];
        sums.AsSpan().Fill(float.NaN);
        lane.ComputeSums(Parameters, Slice(), sums);
        return sums;
    }

    public T[] ReferenceSums<T>()
        where T : struct, System.Numerics.IFloatingPointIeee754<T> =>
        new ReferenceNetwork<T>(Network).ComputeSums(Batch<T>(), Convert<T>(Parameters));

    public static T[] Convert<T>(float[] values)
        where T : struct, System.Numerics.IFloatingPointIeee754<T> => [.. values.Select(x => T.CreateChecked(x))];
}
