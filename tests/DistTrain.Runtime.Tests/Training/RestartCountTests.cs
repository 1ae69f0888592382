namespace DistTrain.Runtime.Tests.Training;

public sealed class RestartCountTests
{
    private static readonly Restarts Rule = new();
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    public void Next_FailuresBeforeAnyWork_PauseLongerAndLongerAndEnd()
    {
        var lives = new RestartCount(Rule);
        double[] pauses = [.. Enumerable.Range(1, Rule.FailuresMax - 1).Select(
            _ => lives.Next(Short, hasWorked: false, hasFailed: true)!.Value.TotalSeconds)];
        Assert.Equal([0.1, 0.2, 0.4, 0.8, 1.6], pauses);
        Assert.Null(lives.Next(Short, hasWorked: false, hasFailed: true));
    }

    [Fact]
    public void Next_FailuresAfterWork_PauseFiveSecondsAtMostAndNeverEnd()
    {
        var lives = new RestartCount(Rule);
        TimeSpan?[] pauses = [.. Enumerable.Range(1, 100).Select(_ => lives.Next(Short, hasWorked: true, hasFailed: true))];
        Assert.Equal(TimeSpan.FromMilliseconds(100), pauses[0]);
        Assert.Equal(Rule.PauseLast, pauses[^1]);
    }

    [Theory]
    [InlineData(1, true, true)]
    [InlineData(1, false, false)]
    [InlineData(121, false, true)]
    public void Next_ALifeThatWasOfUse_BeginsTheCountAgain(int seconds, bool hasWorked, bool hasFailed)
    {
        var lives = new RestartCount(Rule);
        for (int round = 0; round < 3; round++)
        {
            Assert.NotNull(lives.Next(TimeSpan.FromSeconds(seconds), hasWorked, hasFailed));
            for (int failure = 1; failure < Rule.FailuresMax; failure++)
            {
                Assert.NotNull(lives.Next(Short, hasWorked: false, hasFailed: true));
            }
        }

        Assert.Null(lives.Next(Short, hasWorked: false, hasFailed: true));
    }
}
