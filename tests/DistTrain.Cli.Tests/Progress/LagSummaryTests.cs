using DistTrain.Protocol;

namespace DistTrain.Cli.Tests.Progress;

public sealed class LagSummaryTests
{
    [Fact]
    public void TakeLine_AfterTenSeconds_SumsUpEachWorkerOnce()
    {
        var lags = new LagSummary();
        lags.Note(new Notice.ShardsRepeated(new WorkerId(2), new WorkerId(1), 4));
        lags.Note(new Notice.ShardsRepeated(new WorkerId(2), new WorkerId(3), 1));
        lags.Note(new Notice.ShardsRepeated(new WorkerId(1), new WorkerId(2), 3));

        Assert.Null(lags.TakeLine(TimeSpan.FromSeconds(9.9)));
        Assert.Equal(
            "late shards computed again by other workers in the last 12 s: 3 of worker 1, 5 of worker 2",
            lags.TakeLine(TimeSpan.FromSeconds(12)));
        Assert.Null(lags.TakeLine(TimeSpan.FromSeconds(12)));
    }
}
