using System.Collections.Immutable;

namespace DistTrain.Models.Tests;

public class NetworkTests
{
    [Fact]
    public void Parameters_NamedAndUnnamedLayers_LieInOrderWithoutGaps()
    {
        Network network = Network.Build(Case.Model(
            [4], new SoftmaxCrossEntropySpec(), new LinearSpec(3) { Name = "hidden" }, new ReluSpec(), new LinearSpec(2)));
        Assert.Equal(
            ["layers.hidden.weight (4, 3) 0", "layers.hidden.bias (3) 12", "layers.2.weight (3, 2) 15", "layers.2.bias (2) 21"],
            network.Parameters.Slices.Select(slice => $"{slice.Name} ({string.Join(", ", slice.Shape)}) {slice.Start}"));
        Assert.Equal(23, network.Parameters.Length);
        Assert.Equal(27, network.SumLength);
        Assert.Equal(1, network.TargetWidth);
        Assert.Equal("(2)", network.Output.ToString());
    }

    [Fact]
    public void Evaluation_MoreRowsThanArePassedAtATime_EqualsTwin()
    {
        var subject = new Case(
            Case.Model(
                [1, 4, 5], new SoftmaxCrossEntropySpec(), new Conv2dSpec(2, 2, 2), new MaxPool2dSpec(2, 2),
                new BatchNormSpec(), new FlattenSpec(), new LinearSpec(3)),
            rows: 1100);
        using NetworkLane lane = subject.Network.CreateLane();
        var reference = new ReferenceNetwork<float>(subject.Network);
        var outputs = new float[1100 * 3];
        lane.Predict(subject.Parameters, subject.Features, 1100, outputs);
        Bits.Equal(reference.Predict(subject.Parameters, subject.Features, 1100), outputs);
        var metrics = new float[MetricSums.Count];
        lane.ComputeMetrics(subject.Parameters, subject.Slice(), metrics);
        Bits.Equal(reference.Metrics(subject.Batch<float>(), subject.Parameters, isTraining: false), metrics);
        long before = GC.GetAllocatedBytesForCurrentThread();
        lane.ComputeMetrics(subject.Parameters, subject.Slice(), metrics);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public static TheoryData<string, string> Misfits => new()
    {
        { "linear on a plane", "layer 0 (linear) takes (features) to make (3), but its input has the shape (1, 28, 28): put a flatten layer in front of it" },
        { "conv2d on features", "layer 0 (conv2d) takes (channels, height, width), but its input has the shape (64): data.shape gives samples another one, as in [1, 8, 8]" },
        { "global pool on features", "layer 0 (globalAveragePool2d) takes (channels, height, width), but its input has the shape (64): data.shape gives samples another one, as in [1, 8, 8]" },
        { "global pool after flatten", "layer pool (globalAveragePool2d) takes (channels, height, width), but its input has the shape (48)" },
        { "residual", "layer 1 (residual) takes the shape (4), but its inner layers end in (5): they must keep the shape" },
        { "residual inside", "layer 0.1 (linear) has -1 units, at least 1 is needed" },
        { "embedding late", "layer 1 (embedding) takes indices, which only the features can be: make it the first layer" },
        { "embedding too large", "layer 0 (embedding) has the shape (4, 1000000000), 2,147,483,647 elements at most are supported: make it smaller" },
        { "convolution too large", "layer 0 (conv2d) has the shape (1000000, 100, 100), 2,147,483,647 elements at most are supported: make it smaller" },
        { "epsilon", "layer 0 (layerNorm) has the epsilon 0, expected a finite number above 0" },
        { "momentum", "layer 0 (batchNorm) has the momentum 2, expected above 0 and up to 1" },
        { "no units", "layer 0 (linear) has 0 units, at least 1 is needed" },
        { "initial weight", "layer first (linear) has 2 initial values for its weight, expected 12 for the shape (4, 3)" },
        { "initial infinity", "layer 0 (linear) has the initial value Infinity for its bias, expected finite numbers" },
        { "bias without bias", "layer 0 (linear) has initial values for its bias, but no bias: remove one or the other" },
        { "dropout", "layer 1 (dropout) has the rate 1, expected 0 or more and below 1" },
        { "slope", "layer 0 (leakyRelu) has the slope -1, expected 0 to 1" },
        { "alpha", "layer 0 (elu) has the alpha -1, expected a finite number, 0 or more" },
        { "infinite alpha", "layer 1 (elu) has the alpha Infinity, expected a finite number, 0 or more" },
        { "two names", "two layers are named a: give one another name" },
        { "softmax twice", "layer 1 (softmax) stands before the loss softmaxCrossEntropy, which takes logits: remove the layer" },
        { "sigmoid twice", "layer 1 (sigmoid) stands before the loss binaryCrossEntropyWithLogits, which takes logits: remove the layer" },
        { "one class", "the loss softmaxCrossEntropy takes (classes), 2 or more, but the last layer gives (1)" },
        { "two logits", "the loss binaryCrossEntropyWithLogits takes a single logit, but the last layer gives (2)" },
        { "two for classes", "the loss halfSquaredError tells the classes 0 and 1 apart by one output, but the last layer gives (2)" },
        { "delta", "the loss huber has the delta 0, expected a finite number above 0" },
        { "label smoothing", "the loss softmaxCrossEntropy has the label smoothing 1, expected 0 or more and below 1" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Build_LayerThatDoesNotFit_IsNamedWithBothShapes(string name, string message)
    {
        var exception = Assert.Throws<ModelException>(() => Network.Build(MisfitModels[name]));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InitializeParameters_SameSeed_GivesTheSameBits_AnotherSeedOthers()
    {
        Network network = Network.Build(Case.Model(
            [50], new SoftmaxCrossEntropySpec(), new LinearSpec(40), new ReluSpec(), new LinearSpec(40)));
        float[] first = Initial(network, 1);
        Bits.Equal(first, Initial(network, 1));
        Assert.NotEqual(first, Initial(network, 2));

        // He's limit before the ReLU, Glorot's at the end; biases are zeros.
        CheckUniform(first.AsSpan(0, 2000), Math.Sqrt(6.0 / 50));
        Assert.All(first[2000..2040], bias => Assert.Equal(0, bias));
        CheckUniform(first.AsSpan(2040, 1600), Math.Sqrt(6.0 / 80));
    }

    [Fact]
    public void ComputeSums_NoRows_GivesZeros()
    {
        var subject = new Case(LayerCases.All["relu"](), rows: 0, shardStarts: [0, 0, 0]);
        Assert.All(subject.FastSums(), sum => Assert.Equal(0, BitConverter.SingleToInt32Bits(sum)));
    }

    [Fact]
    public void ComputeSums_NotANumberInTheFeatures_ReachesTheLoss()
    {
        var subject = new Case(LayerCases.All["relu"](), rows: 2);
        subject.Features[0] = float.NaN;
        Assert.True(float.IsNaN(subject.FastSums()[subject.Network.Parameters.Length + MetricSums.Loss]));
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(3f)]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    public void Predict_AFeatureThatIsNoIndex_NamesTheEmbeddingAndTheFeature(float feature)
    {
        var network = Network.Build(Case.Model([2], new HalfSquaredErrorSpec(), new EmbeddingSpec(3, 4)));
        using NetworkLane lane = network.CreateLane();

        var failure = Assert.Throws<ArgumentException>(
            () => lane.Predict(new float[12], [1, feature], rows: 1, new float[8]));

        Assert.Equal(
            $"layer 0 (embedding) was given the index {feature}, expected a whole number from 0 to 2", failure.Message);
        Assert.Equal(1, network.FindMisfit([1, feature])?.Position);
        Assert.Null(network.FindMisfit([-0f, 2]));
    }

    [Fact]
    public void ComputeSums_WrongLength_SaysWhichAndHowMany()
    {
        var subject = new Case(LayerCases.All["relu"](), rows: 2);
        using NetworkLane lane = subject.Network.CreateLane();
        var exception = Assert.Throws<ArgumentException>(
            () => lane.ComputeSums(new float[3], subject.Slice(), new float[subject.Network.SumLength]));
        Assert.Contains($"parameters have 3 floats, expected {subject.Network.Parameters.Length}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ComputeSums_SmallerSliceAfterLarger_GivesTheSameBits()
    {
        var large = new Case(LayerCases.All["dropout"](), rows: 12);
        var small = new Case(LayerCases.All["dropout"](), rows: 5);
        using NetworkLane lane = large.Network.CreateLane();
        float[] sums = new float[large.Network.SumLength];
        lane.ComputeSums(large.Parameters, large.Slice(), sums);
        lane.ComputeSums(small.Parameters, small.Slice(), sums);
        Bits.Equal(small.FastSums(), sums);
    }

    [Fact]
    public void ComputeSums_WithProgress_TellsMetricsFirstThenLayersFromTheLast()
    {
        var subject = new Case(LayerCases.All["relu then dropout"](), rows: 8, shardStarts: [0, 4, 8]);
        using NetworkLane lane = subject.Network.CreateLane();
        float[] sums = new float[subject.Network.SumLength];
        var progress = new Recorder(sums);
        sums.AsSpan().Fill(float.NaN);
        lane.ComputeSums(subject.Parameters, subject.Slice(), sums, progress);
        ImmutableArray<ParameterSlice> slices = subject.Network.Parameters.Slices;
        int count = subject.Network.Parameters.Length;
        Assert.Equal([(count, count + 4), (slices[2].Start, count), (0, slices[2].Start)], progress.Ranges);
        Bits.Equal(sums, progress.Seen);
        Bits.Equal(subject.FastSums(), sums);
    }

    public static TheoryData<string> Cases => [.. LayerCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Passes_WithParametersThatComeWhenAskedFor_ReadNoneBefore(string name)
    {
        var subject = new Case(LayerCases.All[name](), rows: 8, shardStarts: [0, 4, 8]);
        using NetworkLane lane = subject.Network.CreateLane();
        float[] sums = new float[subject.Network.SumLength];
        var arrival = new Arrival(subject.Parameters);
        lane.ComputeSums(arrival.Arrived, subject.Slice(), sums, arrival: arrival);
        Bits.Equal(subject.FastSums(), sums);
        Bits.Equal(subject.Parameters, arrival.Arrived);
        Assert.Equal(arrival.Starts.Order(), arrival.Starts);

        float[] metrics = new float[MetricSums.Count];
        float[] expected = new float[MetricSums.Count];
        lane.ComputeMetrics(subject.Parameters, subject.Slice(), expected);
        arrival = new Arrival(subject.Parameters);
        lane.ComputeMetrics(arrival.Arrived, subject.Slice(), metrics, arrival);
        Bits.Equal(expected, metrics);
    }

    [Fact]
    public void ComputeSums_OfNoRows_WaitsForAllParameters()
    {
        var subject = new Case(LayerCases.All["relu then dropout"](), rows: 8, shardStarts: [0, 4, 8]);
        using NetworkLane lane = subject.Network.CreateLane();
        var arrival = new Arrival(subject.Parameters);
        var none = new BatchSlice
        {
            Features = [], Targets = [], ShardStarts = [0], BatchRows = 8, FirstRow = 0, Seed = 1, Epoch = 0, Step = 0,
        };
        lane.ComputeSums(arrival.Arrived, none, new float[subject.Network.SumLength], arrival: arrival);
        Bits.Equal(subject.Parameters, arrival.Arrived);
    }

    private static float[] Initial(Network network, ulong seed)
    {
        float[] parameters = new float[network.Parameters.Length];
        network.InitializeParameters(parameters, seed);
        return parameters;
    }

    // 1,600 or more uniform numbers: the mean is within 5 standard errors, the ends are nearly reached.
    private static void CheckUniform(ReadOnlySpan<float> values, double limit)
    {
        double sum = 0, largest = 0;
        foreach (float value in values)
        {
            sum += value;
            largest = Math.Max(largest, Math.Abs(value));
        }

        Assert.InRange(sum / values.Length, -5 * limit / Math.Sqrt(3.0 * values.Length), 5 * limit / Math.Sqrt(3.0 * values.Length));
        Assert.InRange(largest, 0.98 * limit, limit);
    }

    /// <summary>Nothing is there but what was asked for.</summary>
    private sealed class Arrival : IParameterArrival
    {
        private readonly float[] _parameters;

        public Arrival(float[] parameters)
        {
            _parameters = parameters;
            Arrived = new float[parameters.Length];
            Array.Fill(Arrived, float.NaN);
        }

        public float[] Arrived { get; }

        public List<int> Starts { get; } = [];

        public void WaitFor(int start, int end)
        {
            Starts.Add(start);
            _parameters.AsSpan(start, end - start).CopyTo(Arrived.AsSpan(start));
        }
    }

    /// <summary>Copies what is told to be final, when it is told.</summary>
    private sealed class Recorder(float[] sums) : ISumsProgress
    {
        public List<(int Start, int End)> Ranges { get; } = [];

        public float[] Seen { get; } = new float[sums.Length];

        public void SumsReady(int start, int end)
        {
            Ranges.Add((start, end));
            sums.AsSpan(start..end).CopyTo(Seen.AsSpan(start));
        }
    }

    private static readonly ImmutableDictionary<string, ModelSpec> MisfitModels = new Dictionary<string, ModelSpec>
    {
        ["conv2d on features"] = Case.Model([64], new HalfSquaredErrorSpec(), new Conv2dSpec(4, 3, 3)),
        ["global pool on features"] = Case.Model([64], new HalfSquaredErrorSpec(), new GlobalAveragePool2dSpec()),
        ["global pool after flatten"] = Case.Model(
            [3, 4, 4], new HalfSquaredErrorSpec(), new FlattenSpec(), new GlobalAveragePool2dSpec { Name = "pool" }),
        ["linear on a plane"] = Case.Model([1, 28, 28], new HalfSquaredErrorSpec(), new LinearSpec(3)),
        ["residual"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new ReluSpec(), new ResidualSpec([new LinearSpec(5)])),
        ["residual inside"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new ResidualSpec([new ReluSpec(), new LinearSpec(-1)])),
        ["embedding late"] = Case.Model([4], new HalfSquaredErrorSpec(), new ReluSpec(), new EmbeddingSpec(3, 2)),
        ["embedding too large"] = Case.Model([4], new SoftmaxCrossEntropySpec(), new EmbeddingSpec(5, 1_000_000_000)),
        ["convolution too large"] = Case.Model([1, 100, 100], new SoftmaxCrossEntropySpec(), new Conv2dSpec(1_000_000, 1, 1)),
        ["epsilon"] = Case.Model([4], new HalfSquaredErrorSpec(), new LayerNormSpec(0)),
        ["momentum"] = Case.Model([4], new HalfSquaredErrorSpec(), new BatchNormSpec(2)),
        ["no units"] = Case.Model([4], new HalfSquaredErrorSpec(), new LinearSpec(0)),
        ["initial weight"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new LinearSpec(3) { Name = "first", InitialWeight = [1, 2] }),
        ["initial infinity"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new LinearSpec(1) { InitialBias = [float.PositiveInfinity] }),
        ["bias without bias"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new LinearSpec(1, Bias: false) { InitialBias = [1] }),
        ["dropout"] = Case.Model([4], new HalfSquaredErrorSpec(), new ReluSpec(), new DropoutSpec(1)),
        ["slope"] = Case.Model([4], new HalfSquaredErrorSpec(), new LeakyReluSpec(-1)),
        ["alpha"] = Case.Model([4], new HalfSquaredErrorSpec(), new EluSpec(-1)),
        ["infinite alpha"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new ReluSpec(), new EluSpec(float.PositiveInfinity)),
        ["two names"] = Case.Model(
            [4], new HalfSquaredErrorSpec(), new ReluSpec { Name = "a" }, new ReluSpec { Name = "a" }),
        ["softmax twice"] = Case.Model([4], new SoftmaxCrossEntropySpec(), new LinearSpec(3), new SoftmaxSpec()),
        ["sigmoid twice"] = Case.Model([4], new BinaryCrossEntropyWithLogitsSpec(), new LinearSpec(1), new SigmoidSpec()),
        ["one class"] = Case.Model([4], new SoftmaxCrossEntropySpec(), new LinearSpec(1)),
        ["two logits"] = Case.Model([4], new BinaryCrossEntropyWithLogitsSpec(), new LinearSpec(2)),
        ["two for classes"] = Case.Model([4], new HalfSquaredErrorSpec(Classes: true), new LinearSpec(2)),
        ["label smoothing"] = Case.Model([4], new SoftmaxCrossEntropySpec(1), new LinearSpec(2)),
        ["delta"] = Case.Model([4], new HuberSpec(0), new LinearSpec(2)),
    }.ToImmutableDictionary();
}
