namespace DistTrain.Cli.Tests.Progress;

public sealed class ProgressLineTests
{
    private static readonly (string Text, int Rank)[] Figures =
    [
        ("loss 0.011", 0), ("accuracy 100.00 %", 4), ("test 97.49 %", 2), ("89,166 samples/s", 3), ("50.1 s left", 1),
    ];

    [Theory]
    [InlineData(130, "epoch 15/400  ━━━━━━━━━━━━━━━···············  loss 0.011  accuracy 100.00 %  test 97.49 %  89,166 samples/s  50.1 s left")]
    [InlineData(90, "epoch 15/400  loss 0.011  accuracy 100.00 %  test 97.49 %  89,166 samples/s  50.1 s left")]
    [InlineData(79, "epoch 15/400  ━━━━····  loss 0.011  test 97.49 %  89,166 samples/s  50.1 s left")]
    [InlineData(59, "epoch 15/400  loss 0.011  test 97.49 %  50.1 s left")]
    [InlineData(40, "epoch 15/400  loss 0.011  50.1 s left")]
    [InlineData(20, "epoch 15/400")]
    public void Compose_OnNarrowerTerminals_LeavesOutWholeFigures(int width, string expected)
    {
        string line = ProgressLine.Compose("epoch 15/400", Figures, share: 0.5, width, isColored: false);

        Assert.Equal(expected, line);
        Assert.True(line.Length <= width);
    }

    [Fact]
    public void Compose_WithoutAFigure_LeavesNoGap() => Assert.Equal(
        "epoch 1/2  loss 1", ProgressLine.Compose("epoch 1/2", [("", 0), ("loss 1", 1), ("", 2)], share: 0, width: 20, isColored: false));

    [Fact]
    public void Compose_Colored_HasCodesInTheBarAlone()
    {
        string line = ProgressLine.Compose("epoch 1/2", [("loss 1", 0)], share: 0.25, width: 27, isColored: true);

        Assert.Equal("epoch 1/2  \u001b[32m━━\u001b[90m━━━━━━\u001b[0m  loss 1", line);
    }
}
