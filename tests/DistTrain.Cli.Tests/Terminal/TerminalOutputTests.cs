namespace DistTrain.Cli.Tests.Terminal;

public sealed class TerminalOutputTests
{
    [Theory]
    [InlineData("xterm-256color", false, true)]
    [InlineData("dumb", false, false)]
    [InlineData("", false, false)]
    [InlineData(null, false, false)]
    [InlineData(null, true, true)]
    [InlineData("dumb", true, false)]
    public void IsRedrawable_IsWhatTheTerminalSays_AndOnWindowsWhereItSaysNothing(string? term, bool isWindows, bool expected) =>
        Assert.Equal(expected, TerminalOutput.IsRedrawable(term, isWindows));
}
