using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Nodes;

public sealed class AttemptLogTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly List<string> _said = [];

    [Fact]
    public void Failed_TheSameReasonForMinutes_IsSaidOnceAMinuteWithItsCount()
    {
        var log = new AttemptLog(_said.Add);
        for (int second = 0; second < 130; second += 2)
        {
            log.Failed(At(second), "there is nobody.", Pause);
        }

        Assert.Equal(
            [
                "there is nobody; connecting again in 2.0 s",
                "there is nobody, 31 times by now; connecting again in 2.0 s",
                "there is nobody, 61 times by now; connecting again in 2.0 s",
            ],
            _said);
    }

    [Fact]
    public void Failed_TwoReasonsInTurn_EachIsSaidOnce()
    {
        var log = new AttemptLog(_said.Add);
        for (int second = 0; second < 20; second++)
        {
            log.Failed(At(second), second % 2 == 0 ? "there is nobody" : "nobody answers", Pause);
        }

        Assert.Equal(2, _said.Count);
    }

    [Fact]
    public void Failed_AfterAConnection_IsNewsAgain()
    {
        var log = new AttemptLog(_said.Add);
        log.Failed(At(0), "it was closed", Pause);
        log.Connected();
        log.Failed(At(1), "it was closed", Pause);

        Assert.Equal(["it was closed; connecting again in 2.0 s", "it was closed; connecting again in 2.0 s"], _said);
    }

    [Fact]
    public void NewsFilter_MoreLinesThanItKeeps_SaysThemAll()
    {
        var news = new NewsFilter();
        Assert.All(Enumerable.Range(0, 1000), line => Assert.True(news.IsNews(At(0), $"line {line}", out _)));
    }

    private static Instant At(int seconds) => new(seconds * 1_000_000L);
}
