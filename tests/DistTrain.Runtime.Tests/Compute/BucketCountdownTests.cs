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

    /// <summary>Layers end where they end: a piece may be a part of a bucket, or parts of two.</summary>
    [Fact]
    public void SumsReady_InPiecesAcrossBorders_TellsABucketWhenItsLastFloatIsFinal()
    {
        var buckets = new BucketPlan(parameterCount: 64, bucketCount: 4);
        List<int> told = [];
        var countdown = new BucketCountdown(buckets, told.Add);
        countdown.Begin(lanes: 1);
        countdown.SumsReady(40, buckets.SumLength);
        Assert.Equal([3], told);
        countdown.SumsReady(33, 40);
        Assert.Equal([3], told);
        countdown.SumsReady(10, 33);
        Assert.Equal([3, 1, 2], told);
        countdown.SumsReady(0, 10);
        Assert.Equal([3, 1, 2], told);
    }

    [Fact]
    public void Begin_AfterANodeThatWasGivenUp_CountsAnew()
    {
        var buckets = new BucketPlan(parameterCount: 64, bucketCount: 4);
        List<int> told = [];
        var countdown = new BucketCountdown(buckets, told.Add);
        countdown.Begin(lanes: 2);
        countdown.SumsReady(20, buckets.SumLength);
        countdown.SumsReady(48, buckets.SumLength);
        Assert.Equal([3], told);
        told.Clear();
        countdown.Begin(lanes: 1);
        countdown.SumsReady(16, buckets.SumLength);
        countdown.SumsReady(0, 16);
        Assert.Equal([1, 2, 3], told);
    }
}
