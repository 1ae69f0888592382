using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>Standard output for tables: coloured on a terminal, plain and wide where it goes to a file or pipe.</summary>
internal static class TerminalOutput
{
    private const int PlainWidth = 160;

    /// <summary>Whether lines can be redrawn.</summary>
    public static bool IsTerminal =>
        !Console.IsOutputRedirected && IsRedrawable(Environment.GetEnvironmentVariable("TERM"), OperatingSystem.IsWindows());

    /// <param name="term">What TERM says; consoles of Windows say nothing.</param>
    internal static bool IsRedrawable(string? term, bool isWindows) =>
        string.IsNullOrEmpty(term) ? isWindows : term != "dumb";

    public static IAnsiConsole Open()
    {
        bool isTerminal = IsTerminal;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (!isTerminal)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }
}
