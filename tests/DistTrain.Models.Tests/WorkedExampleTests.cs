namespace DistTrain.Models.Tests;

/// <summary>The worked example of examples/broccoli: one epoch of one batch of three samples.</summary>
public class WorkedExampleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WorkedExample_AnyNumberOfShards_GivesTheNumbersOfTheDesign(int shardCount)
    {
        var network = Network.Build(Case.Model(
            [3],
            new HalfSquaredErrorSpec(Classes: true),
            new LinearSpec(1, Bias: false) { InitialWeight = [1f / 200, -3000f / 11600000, 1f / 5800] },
            new ReluSpec()));
        float[] weights = new float[3];
        network.InitializeParameters(weights, seed: 1);
        using NetworkLane lane = network.CreateLane();

        CheckOutputs(lane, weights, outputs: [0, 1, 0], loss: 0.5f, within: 1e-6f);
        CheckClose([1f / 200, -3000f / 11600000, 1f / 5800], weights, 0);

        float[] sums = new float[network.SumLength];
        lane.ComputeSums(weights, Slice(shardCount), sums);
        Assert.Equal(0.5f, sums[3 + MetricSums.Loss], 1e-6f);
        Assert.Equal(2, sums[3 + MetricSums.Correct]);
        var spec = new UpdateSpec(new SgdSpec(1e-7f), new ConstantSpec(), ClipNorm: null);
        using var update = new WeightUpdate(spec, network.Parameters, stepsTotal: 1);
        update.Apply(0, 1, weights, 0, sums.AsSpan(0, 3));

        // Relative rounding of float32, on weights of about 1e-3 and outputs of about 1.
        CheckClose([1f / 200, (0.0002f / 3) - (3000f / 11600000), 0.0001f + (1f / 5800)], weights, 1e-9f);
        CheckOutputs(lane, weights, outputs: [0.1433f, 1, 0.4333f], loss: 0.0103f + 0 + 0.1606f, within: 1e-4f);
    }

    private static void CheckOutputs(
        NetworkLane lane, float[] weights, ReadOnlySpan<float> outputs, float loss, float within)
    {
        float[] actual = new float[3];
        lane.Predict(weights, Features, 3, actual);
        CheckClose(outputs, actual, within);
        float[] metrics = new float[MetricSums.Count];
        lane.ComputeMetrics(weights, Slice(1), metrics);
        Assert.Equal(loss, metrics[MetricSums.Loss], within);
        Assert.Equal(2, metrics[MetricSums.Correct]);
    }

    private static void CheckClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float within)
    {
        for (int at = 0; at < expected.Length; at++)
        {
            Assert.Equal(expected[at], actual[at], within);
        }
    }

    private static BatchSlice Slice(int shardCount) => new()
    {
        Features = Features,
        Targets = Targets,
        ShardStarts = Enumerable.Range(0, shardCount + 1).Select(shard => shard * 3 / shardCount).ToArray(),
        BatchRows = 3,
        FirstRow = 0,
        Seed = 1,
        Epoch = 0,
        Step = 0,
    };

    private static readonly float[] Features = [100, 2000, 100, 200, 0, 0, 0, 2000, 3000];
    private static readonly float[] Targets = [0, 1, 1];
}
