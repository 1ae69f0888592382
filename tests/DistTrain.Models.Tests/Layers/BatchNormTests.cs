namespace DistTrain.Models.Tests;

public class BatchNormTests
{
    [Fact]
    public void ComputeSums_ShardsOfOneRow_LeaveTheRunningVarianceAsItIs()
    {
        // Of five rows in four shards only the last shard has two, and with them a variance.
        var subject = new Case(Model(), rows: 5, shardStarts: [0, 1, 2, 3, 5]) { BatchRows = 5 };
        (ParameterSlice mean, ParameterSlice variance) = Statistics(subject);
        float[] sums = subject.FastSums();

        for (int channel = 0; channel < Channels; channel++)
        {
            float[] column = [.. Enumerable.Range(0, 5).Select(row => subject.Features[(row * Channels) + channel])];
            float half = (column[4] - column[3]) / 2;
            float expected = (0.6f * subject.Parameters[variance.Start + channel]) + (0.4f * (2 * half * half));
            Assert.Equal(expected, sums[variance.Start + channel], 1e-6f * expected);
            Assert.Equal(column.Average(), sums[mean.Start + channel], 1e-6f);
        }

        Bits.Equal(subject.ReferenceSums<float>(), sums);
    }

    [Fact]
    public void Update_OnShardsOfOneRowAlone_KeepsTheRunningVariance()
    {
        var subject = new Case(Model(), rows: 3, shardStarts: [0, 1, 2, 2, 3]) { BatchRows = 3 };
        (_, ParameterSlice variance) = Statistics(subject);
        float[] parameters = [.. subject.Parameters];
        using var update = new WeightUpdate(
            new UpdateSpec(new SgdSpec(0.1f), new ConstantSpec(), null), subject.Network.Parameters, stepsTotal: 1);

        update.Apply(0, 1, parameters, 0, subject.FastSums().AsSpan(0, parameters.Length));

        for (int at = variance.Start; at < variance.Start + Channels; at++)
        {
            Assert.Equal(subject.Parameters[at], parameters[at], 1e-6f);
        }
    }

    private static ModelSpec Model() =>
        Case.Model([Channels], new HalfSquaredErrorSpec(), new BatchNormSpec(), new LinearSpec(2));

    private static (ParameterSlice Mean, ParameterSlice Variance) Statistics(Case subject) =>
        (subject.Network.Parameters.Slices[2], subject.Network.Parameters.Slices[3]);

    private const int Channels = 19;
}
