namespace DistTrain.Models.Tests;

/// <summary>What every layer must do, on the table of cases.</summary>
public class LayerTests
{
    public static TheoryData<string> Names => [.. LayerCases.All.Keys.Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_FastPath_EqualsTwinBitForBit(string name)
    {
        foreach (int[] shardStarts in ShardLayouts)
        {
            var subject = new Case(LayerCases.All[name](), shardStarts[^1], shardStarts);
            Bits.Equal(subject.ReferenceSums<float>(), subject.FastSums(), at => TensorAt(subject, at));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_GradientInDouble_EqualsFiniteDifferences(string name) =>
        FiniteDifferences.Check(new Case(LayerCases.All[name](), rows: 5, shardStarts: [0, 3, 5]));

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_ShardsComputedApart_AddUpToTheSameBits(string name)
    {
        // Four shards at once, or two pairs of nodes (level 1) added by the tree's root.
        var whole = new Case(LayerCases.All[name](), rows: 10, shardStarts: [0, 3, 3, 7, 10]);
        float[] left = PartSums(whole, 0, 2);
        float[] right = PartSums(whole, 2, 4);
        Bits.Equal(whole.FastSums(), left.Zip(right, (a, b) => a + b).ToArray(), at => TensorAt(whole, at));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_EvaluationMode_EqualsTwin(string name)
    {
        var subject = new Case(LayerCases.All[name](), rows: 7);
        using NetworkLane lane = subject.Network.CreateLane();
        var outputs = new float[7 * subject.Network.Output.Size];
        lane.Predict(subject.Parameters, subject.Features, 7, outputs);
        var reference = new ReferenceNetwork<float>(subject.Network);
        Bits.Equal(reference.Predict(subject.Parameters, subject.Features, 7), outputs);
        var metrics = new float[MetricSums.Count];
        lane.ComputeMetrics(subject.Parameters, subject.Slice(), metrics);
        Bits.Equal(reference.Metrics(subject.Batch<float>(), subject.Parameters, isTraining: false), metrics);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_SteadyCalls_AllocateNothing(string name)
    {
        var subject = new Case(LayerCases.All[name](), rows: 10, shardStarts: [0, 3, 3, 7, 10]);
        using NetworkLane lane = subject.Network.CreateLane();
        var sums = new float[subject.Network.SumLength];
        lane.ComputeSums(subject.Parameters, subject.Slice(), sums);
        lane.ComputeSums(subject.Parameters, subject.Slice(), sums);
        long before = GC.GetAllocatedBytesForCurrentThread();
        lane.ComputeSums(subject.Parameters, subject.Slice(), sums);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[] PartSums(Case whole, int firstShard, int endShard)
    {
        int start = whole.ShardStarts[firstShard];
        int end = whole.ShardStarts[endShard];
        int width = whole.Spec.Input.Size;
        int targetWidth = whole.Network.TargetWidth;
        using NetworkLane lane = whole.Network.CreateLane();
        var sums = new float[whole.Network.SumLength];
        var slice = new BatchSlice
        {
            Features = whole.Features.AsSpan(start * width, (end - start) * width),
            Targets = whole.Targets.AsSpan(start * targetWidth, (end - start) * targetWidth),
            ShardStarts = whole.ShardStarts[firstShard..(endShard + 1)].Select(row => row - start).ToArray(),
            BatchRows = whole.BatchRows,
            FirstRow = whole.FirstRow + start,
            Seed = 5,
            Epoch = 2,
            Step = 7,
        };
        lane.ComputeSums(whole.Parameters, slice, sums);
        return sums;
    }

    private static string TensorAt(Case subject, int at) =>
        at < subject.Network.Parameters.Length ? subject.Network.Parameters.At(at).Name : "metrics";

    private static readonly int[][] ShardLayouts =
    [
        [0, 1], [0, 6], [0, 2, 5], [0, 2, 2, 5], [0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 3, 3], [0, 17, 40],
    ];
}
