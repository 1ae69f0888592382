namespace DistTrain.Runtime.Tests.Training;

/// <summary>Buckets that leave while the rest is computed, against the same run in one bucket.</summary>
public sealed class BucketStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Weights_InBuckets_EqualThoseInOne()
    {
        using var tiny = new TinyRun(""" "batchSize": 40, "shards": 8, "epochs": 3 """);
        RunFile run = tiny.Deep;
        Assert.True(LoadedRun.Build(run, tiny.Data).Buckets.Count > 1);

        // A bound that no gradient reaches changes no weight, but needs the whole gradient at once.
        RunFile whole = tiny.Parse(tiny.DeepJson.Replace(
            "\"batchSize\"", "\"clipNorm\": 1e30, \"batchSize\"", StringComparison.Ordinal));
        Assert.Equal(1, LoadedRun.Build(whole, tiny.Data).Buckets.Count);
        TrainingResult expected = await LocalTraining.RunAsync(
            tiny.Request("whole") with { Run = whole }, TrainingObserver.None, default);

        foreach ((int workers, int threads) in new[] { (1, 1), (1, 3), (2, 1), (3, 2) })
        {
            TrainingResult result = await LocalTraining.RunAsync(
                tiny.Request($"{workers}-{threads}", workers, threads) with { Run = run }, TrainingObserver.None, default);
            Assert.Equal(expected.Summary.WeightsSha256, result.Summary.WeightsSha256);
        }

        foreach (LinkKind link in new[] { LinkKind.Tcp, LinkKind.Auto })
        {
            await using var cluster = new TestCluster(
                tiny, $"{link}", TrainingObserver.None, workersMin: 2, link: link, run: run);
            await cluster.JoinAsync();
            await cluster.JoinAsync(threads: 2);
            TrainingResult result = await cluster.Result.WaitAsync(Patience);
            Assert.Equal(expected.Summary.WeightsSha256, result.Summary.WeightsSha256);
        }
    }
}
