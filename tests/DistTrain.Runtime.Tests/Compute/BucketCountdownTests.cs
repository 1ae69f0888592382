namespace DistTrain.Runtime.Tests.Compute;

public sealed class BucketCountdownTests
{
    [Fact]
    public void SumsReady_OfSeveralBucketsAtOnce_TellsTheFrontOnesFirstAndTheLastNever()
    {
        var buckets = new BucketPlan(parameterCount: 64, bucketCount: 4);
        List<int> told = [];
        var countdown = new BucketCountdown(buckets, told.Add);
        countdown.Begin(lanes: 2);
        countdown.SumsReady(16, buckets.SumLength);
        Assert.Empty(told);
        countdown.SumsReady(16, buckets.SumLength);
        Assert.Equal([1, 2, 3], told);
        countdown.SumsReady(0, 16);
        countdown.SumsReady(0, 16);
        Assert.Equal([1, 2, 3], told);
    }
}
