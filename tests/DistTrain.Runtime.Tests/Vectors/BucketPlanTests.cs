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
}
