using Spectre.Console;

namespace DistTrain.Cli.Tests.Terminal;

public sealed class TerminalTableTests
{
    [Fact]
    public void WriteTo_AWideTerminal_SetsFiguresToTheRight() => Assert.Equal(
        [
            "  workers   samples/s   efficiency   bottleneck",
            "  1             9,765         18 %   latency",
            "  256              65          3 %   the coordinator's link",
        ],
        Lines(width: 80));

    [Fact]
    public void WriteTo_ATerminalThatIsALittleTooNarrow_SetsColumnsCloser() => Assert.Equal(
        [
            " workers  samples/s  efficiency  bottleneck",
            " 1            9,765        18 %  latency",
            " 256             65         3 %  the coordinator's link",
        ],
        Lines(width: 57));

    [Fact]
    public void WriteTo_ANarrowTerminal_ContinuesBelowWithTheFirstColumn() => Assert.Equal(
        [
            " workers  samples/s  efficiency",
            " 1            9,765        18 %",
            " 256             65         3 %",
            " workers  bottleneck",
            " 1        latency",
            " 256      the coordinator's link",
        ],
        Lines(width: 40));

    [Fact]
    public void WriteTo_ATerminalNarrowerThanAColumn_StillEnds() => Assert.NotEmpty(Lines(width: 5));

    [Fact]
    public void AddRow_WithACellTooFew_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TerminalTable("one", "two").AddRow("1"));

    private static List<string> Lines(int width)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        var table = new TerminalTable("workers", "samples/s", "efficiency", "bottleneck");
        table.AddRow("1", "[bold]9,765[/]", "18 %", "latency");
        table.AddRow("256", "65", "3 %", "the coordinator's link");
        table.WriteTo(console);
        List<string> lines = [.. text.ToString().Split('\n')];
        Assert.All(lines, line => Assert.True(width < 10 || line.Length <= width, line));
        return [.. lines.Select(line => line.TrimEnd()).Where(line => line.Any(char.IsLetterOrDigit))];
    }
}
