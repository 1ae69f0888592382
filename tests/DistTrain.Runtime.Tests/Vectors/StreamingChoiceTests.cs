namespace DistTrain.Runtime.Tests.Vectors;

public sealed class StreamingChoiceTests
{
    [Theory]
    [InlineData(230, 280, false)]
    [InlineData(580, 280, true)]
    [InlineData(300, 226, false)]
    [InlineData(300, 224, true)]
    public void StreamingChoice_AfterItsFirstTrial_StreamsWhatThenIsFasterByAThird(long cached, long streamed, bool isStreamed)
    {
        var choice = new StreamingChoice();

        Run(choice, cached, streamed, StreamingChoice.FirstTrialAfter + Trial);

        Assert.Equal(isStreamed, choice.IsStreamed);
    }

    [Fact]
    public void StreamingChoice_Trial_IsShortAndComesBack()
    {
        var choice = new StreamingChoice();
        Run(choice, 230, 280, StreamingChoice.FirstTrialAfter + Trial);

        Assert.Equal(0, Run(choice, 230, 280, StreamingChoice.TrialStart));
        Assert.Equal(Trial, Run(choice, 230, 280, Trial));
        Assert.False(choice.IsStreamed);
    }

    [Fact]
    public void StreamingChoice_WhenTheCoresMove_Follows()
    {
        var choice = new StreamingChoice();
        Run(choice, 580, 280, StreamingChoice.FirstTrialAfter + Trial);
        Assert.True(choice.IsStreamed);

        Run(choice, 230, 280, StreamingChoice.TrialStart + Trial);

        Assert.False(choice.IsStreamed);
    }

    [Fact]
    public void StreamingChoice_OneRunThatWasInterrupted_DecidesNothing()
    {
        var choice = new StreamingChoice();
        Run(choice, 230, 280, StreamingChoice.FirstTrialAfter - 1);
        choice.Record(100_000);
        Run(choice, 230, 280, 1);
        choice.Record(1);
        Run(choice, 230, 280, Trial - 2);

        Assert.False(choice.IsStreamed);
    }

    /// <returns>How many of the runs were streamed.</returns>
    private static int Run(StreamingChoice choice, long cached, long streamed, int runs)
    {
        int streamedRuns = 0;
        for (int run = 0; run < runs; run++)
        {
            streamedRuns += choice.IsStreamed ? 1 : 0;
            choice.Record(choice.IsStreamed ? streamed : cached);
        }

        return streamedRuns;
    }

    private const int Trial = 1 + StreamingChoice.Compared;
}
