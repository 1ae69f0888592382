using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models.Probe;

/// <summary>Layers, losses and optimizers over random sizes: a few hundred cases each, hashed.</summary>
internal static class RandomCases
{
    public static readonly ImmutableSortedDictionary<string, Func<Random, ulong>> All =
        new Dictionary<string, Func<Random, ulong>>
        {
            ["linear"] = random => Flat(random, new LinearSpec(random.Next(1, 90), random.Next(2) == 0)),
            ["relu"] = random => Flat(random, new ReluSpec()),
            ["leakyRelu"] = random => Flat(random, new LeakyReluSpec(0.1f)),
            ["sigmoid"] = random => Flat(random, new SigmoidSpec()),
            ["tanh"] = random => Flat(random, new TanhSpec()),
            ["gelu"] = random => Flat(random, new GeluSpec()),
            ["silu"] = random => Flat(random, new SiluSpec()),
            ["elu"] = random => Flat(random, new EluSpec(0.7f)),
            ["softmax"] = random => Flat(random, new SoftmaxSpec()),
            ["dropout"] = random => Flat(random, new DropoutSpec(0.4f)),
            ["batchNorm of features"] = random => Flat(random, new BatchNormSpec()),
            ["layerNorm"] = random => Flat(random, new LayerNormSpec()),
            ["residual"] = random => Flat(random, new ResidualSpec([new TanhSpec()])),
            ["embedding"] = Embedding,
            ["batchNorm of planes"] = random => Planes(random, new BatchNormSpec()),
            ["conv2d"] = random => Planes(random, Convolution(random)),
            ["conv2d then maxPool2d"] = random => Planes(random, Convolution(random), new MaxPool2dSpec(2, 2)),
            ["maxPool2d"] = random => Planes(random, new MaxPool2dSpec(random.Next(1, 4), random.Next(1, 4))
            {
                StrideHeight = random.Next(1, 3), StrideWidth = random.Next(1, 3),
            }),
            ["averagePool2d"] = random => Planes(random, new AveragePool2dSpec(random.Next(1, 4), random.Next(1, 4))
            {
                StrideHeight = random.Next(1, 3), StrideWidth = random.Next(1, 3),
            }),
            ["globalAveragePool2d"] = random => Planes(random, new GlobalAveragePool2dSpec()),
            ["halfSquaredError"] = random => Loss(random, new HalfSquaredErrorSpec(), 1),
            ["meanAbsolute"] = random => Loss(random, new MeanAbsoluteSpec(), 1),
            ["huber"] = random => Loss(random, new HuberSpec(0.7f), 1),
            ["binaryCrossEntropyWithLogits"] = random => Loss(random, new BinaryCrossEntropyWithLogitsSpec(), 1),
            ["softmaxCrossEntropy"] = random => Loss(random, new SoftmaxCrossEntropySpec(), 2),
            ["softmaxCrossEntropy smoothed"] = random => Loss(random, new SoftmaxCrossEntropySpec(0.2f), 2),
            ["sgd"] = random => Update(random, new SgdSpec(0.1f, WeightDecay: random.Next(2) * 0.01f)),
            ["sgd with momentum"] = random => Update(random, new SgdSpec(0.1f, 0.9f, random.Next(2) == 0)),
            ["adam"] = random => Update(random, new AdamSpec(0.1f)),
            ["adamW"] = random => Update(random, new AdamWSpec(0.1f)),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The hash over all cases, in their order, whoever computes them.</summary>
    /// <param name="threadCount">Threads that share the cases.</param>
    public static ulong Hash(Func<Random, ulong> run, int threadCount)
    {
        var hashes = new ulong[CaseCount];
        Parallel.For(
            0, CaseCount, new ParallelOptions { MaxDegreeOfParallelism = threadCount },
            number => hashes[number] = run(new Random(number)));
        return hashes.Aggregate(TrainingHash.Basis, TrainingHash.Mix);
    }

    private const int CaseCount = 200;

    private static ulong Flat(Random random, LayerSpec layer) => Run(
        random,
        Case.Model([random.Next(1, 70)], new HalfSquaredErrorSpec(), new LinearSpec(random.Next(1, 40)), layer, new LinearSpec(2)));

    private static ulong Embedding(Random random) => Run(
        random,
        Case.Model(
            [random.Next(1, 9)], new HalfSquaredErrorSpec(), new EmbeddingSpec(random.Next(1, 9), random.Next(1, 40)),
            new FlattenSpec(), new LinearSpec(2)));

    /// <summary>The layer's windows are at most 3 × 3, and at most 4 × 4 the kernel in front of them.</summary>
    private static ulong Planes(Random random, params ImmutableArray<LayerSpec> layers) => Run(
        random,
        Case.Model(
            [random.Next(1, 4), random.Next(8, 13), random.Next(8, 13)], new HalfSquaredErrorSpec(),
            [new Conv2dSpec(random.Next(1, 9), random.Next(1, 4), random.Next(1, 4)), .. layers, new FlattenSpec(), new LinearSpec(2)]));

    private static Conv2dSpec Convolution(Random random)
    {
        int height = random.Next(1, 4), width = random.Next(1, 4);
        return new Conv2dSpec(random.Next(1, 12), height, width, random.Next(2) == 0)
        {
            StrideHeight = random.Next(1, 3),
            StrideWidth = random.Next(1, 3),
            PaddingHeight = random.Next(2) * random.Next(height),
            PaddingWidth = random.Next(2) * random.Next(width),
        };
    }

    private static ulong Loss(Random random, LossSpec loss, int outputsLeast) => Run(
        random,
        Case.Model(
            [random.Next(1, 9)], loss, new TanhSpec(),
            new LinearSpec(loss is BinaryCrossEntropyWithLogitsSpec ? 1 : random.Next(outputsLeast, 50))));

    /// <summary>One step's sums and one evaluation's outputs, over a random number of rows and shards.</summary>
    private static ulong Run(Random random, ModelSpec spec)
    {
        int rows = random.Next(6) == 0 ? random.Next(16, 34) : random.Next(1, 9);
        int[] starts = [0, .. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(rows + 1)).Order(), rows];
        var subject = new Case(spec, rows, starts, (ulong)random.Next(1000));
        using NetworkLane lane = subject.Network.CreateLane();
        var sums = new float[subject.Network.SumLength];
        var outputs = new float[rows * subject.Network.Output.Size];
        lane.ComputeSums(subject.Parameters, subject.Slice(), sums);
        lane.Predict(subject.Parameters, subject.Features, rows, outputs);
        return TrainingHash.Mix(TrainingHash.Mix(TrainingHash.Basis, sums), outputs);
    }

    /// <summary>A few updates of a random number of parameters, running statistics among them, from random slices.</summary>
    private static ulong Update(Random random, OptimizerSpec optimizer)
    {
        Network network = Network.Build(Case.Model(
            [random.Next(1, 40)], new HalfSquaredErrorSpec(), new LinearSpec(random.Next(1, 20)), new BatchNormSpec()));
        var spec = new UpdateSpec(optimizer, new CosineSpec(WarmupSteps: 1), random.Next(2) == 0 ? 0.5f : null);
        using var update = new WeightUpdate(spec, network.Parameters, StepCount);
        RandomStream stream = new PhiloxKey((ulong)random.Next(1000), RandomPurpose.Synthetic).Row();
        float[] parameters = new float[network.Parameters.Length], gradient = new float[parameters.Length];
        stream.FillNormal(parameters);
        for (int step = 0; step < StepCount; step++)
        {
            stream.FillNormal(gradient);
            int cut = random.Next(parameters.Length + 1);
            float clip = update.ClipFactor(gradient);
            update.Apply(step, clip, parameters, 0, gradient.AsSpan(0, cut));
            update.Apply(step, clip, parameters, cut, gradient.AsSpan(cut));
        }

        return TrainingHash.Mix(TrainingHash.Mix(TrainingHash.Basis, parameters), update.State);
    }

    private const int StepCount = 3;
}
