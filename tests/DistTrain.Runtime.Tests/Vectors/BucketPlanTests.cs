using DistTrain.Models;

namespace DistTrain.Runtime.Tests.Vectors;

public sealed class BucketPlanTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    [InlineData(17226, 4)]
    [InlineData(5, 4)]
    public void Buckets_OfAnyCount_CoverTheVectorWithoutGapOrOverlap(int parameters, int count)
    {
        var plan = new BucketPlan(parameters, count);
        int next = 0;
        for (int bucket = 0; bucket < count; bucket++)
        {
            Assert.Equal(next, plan.WeightStart(bucket));
            Assert.True(plan.SumLengthOf(bucket) <= plan.SumLengthMax);
            next += plan.WeightLength(bucket);
        }

        Assert.Equal(parameters, next);
        Assert.Equal(parameters + MetricSums.Count, plan.SumLength);
        Assert.Equal(plan.WeightLength(count - 1) + MetricSums.Count, plan.SumLengthOf(count - 1));
    }

    [Fact]
    public void Buckets_OfALayout_FollowTheLayers()
    {
        // 784-512-256-10: the last layer is too small to travel alone.
        ParameterLayout layout = Layout(("0.weight", 401_408), ("0.bias", 512), ("1.weight", 131_072), ("1.bias", 256),
            ("2.weight", 2560), ("2.bias", 10));
        Assert.Equal([0, 401_920, 535_818], Starts(BucketPlan.For(layout, 128 * 1024)));
        Assert.Equal([0, 535_818], Starts(BucketPlan.For(layout, 256 * 1024)));

        // A large layer goes in pieces.
        BucketPlan plan = BucketPlan.For(Layout(("0.weight", 5_000_000), ("1.weight", 1_000_000)), 128 * 1024);
        Assert.Equal([0, 1_666_656, 3_333_328, 5_000_000, 6_000_000], Starts(plan));
        Assert.Equal([0, 300], Starts(BucketPlan.For(Layout(("0.weight", 100), ("1.weight", 200)), 128 * 1024)));
    }

    private static IEnumerable<int> Starts(BucketPlan plan) =>
        Enumerable.Range(0, plan.Count + 1).Select(bucket => plan.WeightStart(bucket));

    private static ParameterLayout Layout(params (string Name, int Length)[] tensors)
    {
        int start = 0;
        return new ParameterLayout(
        [
            .. tensors.Select(tensor =>
            {
                var slice = new ParameterSlice(tensor.Name, [tensor.Length], start, ParameterRole.Trained);
                start += tensor.Length;
                return slice;
            }),
        ]);
    }
}
